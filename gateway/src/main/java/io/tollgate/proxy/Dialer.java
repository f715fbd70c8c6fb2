package io.tollgate.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
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

/**
 * Makes connections to upstreams, on the event loop that uses them.
 *
 * <p>Confined to that event loop.
 */
final class Dialer {
  private final EventLoop eventLoop;
  private final ProxyConfig config;
  private final Bootstrap bootstrap;

  /** One pad for the responses of all upstreams: see {@link UpstreamConnection}. */
  private final ResponseHead responseHead;

  private final TlsContext tls;

  Dialer(Vertx vertx, EventLoop eventLoop, ProxyConfig config, TlsContext tls) {
    this(eventLoop, config, tls, bootstrap((VertxInternal) vertx));
  }

  Dialer(EventLoop eventLoop, ProxyConfig config, TlsContext tls, Bootstrap sockets) {
    this.eventLoop = eventLoop;
    this.config = config;
    this.tls = tls;
    responseHead = new ResponseHead(config.headerCountMax());
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
                      channel.pipeline().addLast(tlsHandler(channel, url));
                    }
                    channel
                        .pipeline()
                        .addLast(
                            new UpstreamConnection(
                                pool, channel, responseHead, config.headerBytesMax()));
                  }
                })
            .connect(address);
    opened.addListener(
        connected -> {
          if (!connected.isSuccess()) {
            dialled.setFailure(connected.cause());
          } else if (secure) {
            afterHandshake(opened.channel(), dialled);
          } else {
            dialled.setSuccess(opened.channel());
          }
        });
    return dialled;
  }

  private SslHandler tlsHandler(Channel channel, URI url) {
    SslHandler handler =
        tls.dial(channel.alloc(), UpstreamAddress.host(url), UpstreamAddress.port(url));
    handler.setHandshakeTimeoutMillis(config.connectTimeout().toMillis());
    return handler;
  }

  /** Completes with the handshake; where that fails, the handler closes the connection itself. */
  private static void afterHandshake(Channel channel, Promise<Channel> dialled) {
    channel
        .pipeline()
        .get(SslHandler.class)
        .handshakeFuture()
        .addListener(
            shaken -> {
              if (shaken.isSuccess()) {
                dialled.setSuccess(channel);
              } else {
                dialled.setFailure(shaken.cause());
              }
            });
  }
}
