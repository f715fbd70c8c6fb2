package io.tollgate.load;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One connection by WebSocket, and the text that it waits for. Confined to its event loop. */
final class WebSocketClient extends SimpleChannelInboundHandler<TextWebSocketFrame> {
  private final CompletableFuture<WebSocketClient> opened = new CompletableFuture<>();
  private final Channel channel;
  private @Nullable String awaited;
  private CompletableFuture<Void> echoed = new CompletableFuture<>();

  WebSocketClient(Channel channel) {
    this.channel = channel;
  }

  /** Completes when the upgrade is done; fails if it is refused. */
  CompletableFuture<WebSocketClient> opened() {
    return opened;
  }

  /** Sends a text; completes when the same has come back, fails if anything else does. */
  CompletableFuture<Void> echo(String text) {
    var asked = new CompletableFuture<Void>();
    channel.eventLoop().execute(() -> send(text, asked));
    return asked;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // A failure comes to exceptionCaught.
  private void send(String text, CompletableFuture<Void> asked) {
    awaited = text;
    echoed = asked;
    channel.writeAndFlush(new TextWebSocketFrame(text), channel.voidPromise());
    if (!channel.isActive()) {
      fail(new IllegalStateException("a connection was closed"));
    }
  }

  /** Takes what is to be done when it is closed, by whomever. */
  @SuppressWarnings("FutureReturnValueIgnored") // It is the channel's own.
  void onClose(Runnable step) {
    channel.closeFuture().addListener(closed -> step.run());
  }

  void close() {
    channel.close().syncUninterruptibly();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
    String text = frame.text();
    if (!text.equals(awaited)) {
      fail(new IllegalStateException("instead of \"" + awaited + "\" came back \"" + text + '"'));
      return;
    }
    awaited = null;
    echoed.complete(null);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
      opened.complete(this);
    } else if (event == ClientHandshakeStateEvent.HANDSHAKE_TIMEOUT) {
      fail(new IllegalStateException("no upgrade within the deadline"));
    }
    super.userEventTriggered(context, event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(new IllegalStateException("a connection was closed"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(cause);
  }

  private void fail(Throwable cause) {
    opened.completeExceptionally(cause);
    echoed.completeExceptionally(cause);
  }
}
