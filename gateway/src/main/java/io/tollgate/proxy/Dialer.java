package io.tollgate.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tollgate.tls.TlsContext;
import io.tollgate.wire.ResponseHead;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Makes connections to upstreams, on the event loop that uses them.
 *
 * <p>Confined to that event loop.
 */
final class Dialer {
  /** Its name in ALPN (RFC 9113, 3.2). */
  private static final String HTTP2 = "h2";

  private final EventLoop eventLoop;
  private final ProxyConfig config;
  private final Bootstrap bootstrap;

  /** One pad for the responses of all upstreams: see {@link UpstreamConnection}. */
  private final ResponseHead responseHead;

  private final Http2Pads http2Pads;

  private final TlsContext tls;

  Dialer(Vertx vertx, EventLoop eventLoop, ProxyConfig config, TlsContext tls) {
    this(eventLoop, config, tls, bootstrap((VertxInternal) vertx));
  }

  Dialer(EventLoop eventLoop, ProxyConfig config, TlsContext tls, Bootstrap sockets) {
    this.eventLoop = eventLoop;
    this.config = config;
    this.tls = tls;
    responseHead = new ResponseHead(config.headerCountMax());
    http2Pads = new Http2Pads(responseHead);
    bootstrap =
        sockets
            .group(eventLoop)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) config.connectTimeout().toMillis());
  }

  private static Bootstrap bootstrap(VertxInternal vertx) {
    return new Bootstrap()
        .channelFactory(vertx.transport().channelFactory(false))
        .resolver(vertx.nameResolver().nettyAddressResolverGroup());
  }

  /**
   * Begins a connection. The future completes when it may be used, TLS included, and always on the
   * event loop: where not even a socket could be had, Netty's own would complete elsewhere.
   */
  Future<Channel> dial(TargetPool pool) {
    URI url = pool.endpoint().url();
    InetSocketAddress address = pool.endpoint().socketAddress();
    boolean secure = UpstreamAddress.isTls(url);
    Promise<Channel> dialled = eventLoop.newPromise();
    ChannelFuture opened =
        bootstrap
            .clone()
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (secure) {
                      channel.pipeline().addLast(tlsHandler(channel, pool.endpoint()));
                    }
                    if (pool.endpoint().protocol() == UpstreamProtocol.HTTP1) {
                      channel
                          .pipeline()
                          .addLast(
                              new UpstreamConnection(
                                  pool, channel, responseHead, config.headerBytesMax()));
                    }
                  }
                })
            .connect(address);
    opened.addListener(
        connected -> {
          if (!connected.isSuccess()) {
            dialled.tryFailure(connected.cause());
          } else if (secure) {
            afterHandshake(pool, opened.channel(), dialled);
          } else {
            speak(pool, opened.channel(), dialled);
          }
        });
    bound(opened.channel(), dialled);
    return dialled;
  }

  /** A look-up of the name, TCP, TLS and HTTP/2's settings share the time there is for all. */
  @SuppressWarnings("FutureReturnValueIgnored") // What is closed late has nobody to tell.
  private void bound(Channel channel, Promise<Channel> dialled) {
    var late =
        eventLoop.schedule(
            () -> {
              if (dialled.tryFailure(new ConnectTimeoutException("it was not made in time"))) {
                channel.close();
              }
            },
            config.connectTimeout().toMillis(),
            TimeUnit.MILLISECONDS);
    dialled.addListener(done -> late.cancel(false));
  }

  private SslHandler tlsHandler(Channel channel, Endpoint to) {
    String host = UpstreamAddress.host(to.url());
    int port = UpstreamAddress.port(to.url());
    SslHandler handler =
        to.protocol() == UpstreamProtocol.HTTP2
            ? tls.dial(channel.alloc(), host, port, HTTP2)
            : tls.dial(channel.alloc(), host, port);
    handler.setHandshakeTimeoutMillis(config.connectTimeout().toMillis());
    return handler;
  }

  /** Goes on with the handshake; where that fails, the handler closes the connection itself. */
  private void afterHandshake(TargetPool pool, Channel channel, Promise<Channel> dialled) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    boolean asks = pool.endpoint().protocol() == UpstreamProtocol.HTTP2;
    handler
        .handshakeFuture()
        .addListener(
            shaken -> {
              if (!shaken.isSuccess()) {
                dialled.tryFailure(shaken.cause());
              } else if (asks && !HTTP2.equals(handler.engine().getApplicationProtocol())) {
                var none = new SSLException("no HTTP/2 was agreed on by ALPN");
                channel.close().addListener(closed -> dialled.tryFailure(none));
              } else {
                speak(pool, channel, dialled);
              }
            });
  }

  private void speak(TargetPool pool, Channel channel, Promise<Channel> dialled) {
    if (pool.endpoint().protocol() == UpstreamProtocol.HTTP1) {
      dialled.trySuccess(channel);
      return;
    }
    Http2Link link = Http2LinkBuilder.link(pool, http2Pads, config);
    channel.pipeline().addLast(link);
    link.begin(dialled);
  }
}
