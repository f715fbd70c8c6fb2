package io.tollgate.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.InetAddress;

/** An upstream that answers each text by WebSocket with the same text. */
public final class WebSocketEcho {
  static final String PATH = "/echo";
  private static final int REQUEST_BYTES_MAX = 16 * 1024;
  private static final int BACKLOG = 4096;

  private WebSocketEcho() {}

  /** Takes the port; runs until it is ended. */
  public static void main(String[] arguments) throws InterruptedException {
    listen(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()), port(arguments))
        .closeFuture()
        .await();
  }

  private static int port(String[] arguments) {
    return Integer.parseInt(arguments[0]);
  }

  /** Listens on loopback until the channel is closed. */
  static Channel listen(MultiThreadIoEventLoopGroup group, int port) throws InterruptedException {
    return new ServerBootstrap()
        .group(group)
        .channel(EpollServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(
                        new HttpServerCodec(),
                        new HttpObjectAggregator(REQUEST_BYTES_MAX),
                        new WebSocketServerProtocolHandler(PATH),
                        new Echo());
              }
            })
        .bind(InetAddress.getLoopbackAddress(), port)
        .sync()
        .channel();
  }

  private static final class Echo extends SimpleChannelInboundHandler<TextWebSocketFrame> {
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // Who is gone needs no answer.
    protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
      context.writeAndFlush(frame.retain());
    }
  }
}
