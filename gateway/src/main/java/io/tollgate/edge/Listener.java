package io.tollgate.edge;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;

/** The socket that clients connect to, for all event loops of a gateway. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // What closing a listener that failed comes to is of no use.
final class Listener {
  private static final int BACKLOG = 1_024;

  private final ServerChannel channel;

  private Listener(ServerChannel channel) {
    this.channel = channel;
  }

  /** Listens; fails with a {@link java.net.BindException} if the port is taken. */
  static Future<Listener> open(Vertx vertx, EdgeConfig config, Acceptor acceptor) {
    var internal = (VertxInternal) vertx;
    ServerChannel channel = internal.transport().serverChannelFactory(false).newChannel();
    channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
    channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
    channel.pipeline().addLast(acceptor);
    EventLoop eventLoop = internal.acceptorEventLoopGroup().next();
    Promise<Listener> opened = Promise.promise();
    eventLoop
        .register(channel)
        .addListener(
            registered -> {
              if (registered.isSuccess()) {
                complete(bind(channel, config), opened, channel);
              } else {
                opened.fail(registered.cause());
              }
            });
    return opened.future();
  }

  private static ChannelFuture bind(ServerChannel channel, EdgeConfig config) {
    return channel.bind(new InetSocketAddress(config.host(), config.port()));
  }

  private static void complete(
      ChannelFuture bound, Promise<Listener> opened, ServerChannel channel) {
    bound.addListener(
        done -> {
          if (done.isSuccess()) {
            opened.complete(new Listener(channel));
          } else {
            channel.close();
            opened.fail(done.cause());
          }
        });
  }

  int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    channel.close().addListener(done -> closed.complete());
    return closed.future();
  }
}
