package io.tollgate.proxy;

import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way upstream and its response on the way back.
 *
 * <p>Confined to the event loop that serves the request.
 */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final long NO_TIMER = -1;
  private static final int SWITCHING_PROTOCOLS = 101;

  private final Vertx vertx;
  private final ProxyConfig config;
  private final HttpClientAgent client;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Forwarder.Outcome outcome;

  private @Nullable HttpClientRequest upstreamRequest;
  private long responseTimer = NO_TIMER;
  private boolean retried;
  private boolean settled;

  Exchange(
      Vertx vertx,
      ProxyConfig config,
      HttpClientAgent client,
      HttpServerRequest request,
      Forwarder.Outcome outcome) {
    this.vertx = vertx;
    this.config = config;
    this.client = client;
    this.request = request;
    this.response = request.response();
    this.outcome = outcome;
  }

  void begin(Target target, Route route, Consumer<MultiMap> stamp) {
    response.exceptionHandler(gone -> clientGone());
    response.closeHandler(closed -> clientGone());
    URI upstream = route.upstream();
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    Headers.copyRequest(request.headers(), headers, route);
    writeOrigin(headers);
    stamp.accept(headers);
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(request.method().name()))
            .setURI(UpstreamAddress.base(upstream) + target.toRequestTarget())
            .setConnectTimeout(config.connectTimeout().toMillis())
            .setHeaders(headers);
    send(options);
  }

  private void writeOrigin(MultiMap headers) {
    headers.set("x-forwarded-for", request.remoteAddress().hostAddress());
    headers.set("x-forwarded-proto", request.isSSL() ? "https" : "http");
    @Nullable String host = request.getHeader("host");
    if (host != null) {
      headers.set("x-forwarded-host", host);
    }
  }

  private void send(RequestOptions options) {
    client
        .request(options)
        .onComplete(opened -> sendOn(opened, options), failure -> fail(connectFailure(failure)));
  }

  private void sendOn(HttpClientRequest opened, RequestOptions options) {
    // Whatever goes wrong reaches the response's future too; without a handler it would be logged.
    opened.exceptionHandler(failure -> LOG.debug("upstream: {}", failure.getMessage()));
    if (settled) {
      // The client left while the connection was made; on reset nothing is sent.
      opened.reset();
      return;
    }
    upstreamRequest = opened;
    opened.response().onComplete(this::respond, broken -> retryOrFail(options));
    sendBody(opened)
        .onComplete(
            sent -> armResponseTimer(),
            failure -> {
              // The upstream may have answered without reading on; its response decides then.
              armResponseTimer();
            });
  }

  private Future<Void> sendBody(HttpClientRequest opened) {
    if (!hasBody()) {
      request.resume();
      return opened.end();
    }
    @Nullable String length = request.getHeader("content-length");
    if (length == null) {
      opened.setChunked(true);
    } else {
      opened.putHeader("content-length", length);
    }
    if ("100-continue".equalsIgnoreCase(request.getHeader("expect"))) {
      response.writeContinue();
    }
    return request.pipeTo(opened);
  }

  private boolean hasBody() {
    @Nullable String length = request.getHeader("content-length");
    return length == null ? request.headers().contains("transfer-encoding") : !length.equals("0");
  }

  private void armResponseTimer() {
    if (settled || responseTimer != NO_TIMER) {
      return;
    }
    responseTimer =
        vertx.setTimer(config.responseTimeout().toMillis(), fired -> fail(Failure.SILENT));
  }

  /** Sends once more what is safe to send twice, if the connection broke before an answer came. */
  private void retryOrFail(RequestOptions options) {
    boolean safe = Methods.isSafe(request.method().name()) && !hasBody();
    if (settled || retried || !safe) {
      fail(Failure.BROKEN);
      return;
    }
    // The timer goes on: both attempts share one deadline.
    retried = true;
    send(options);
  }

  private void respond(HttpClientResponse answer) {
    if (settled) {
      return;
    }
    if (answer.statusCode() == SWITCHING_PROTOCOLS) {
      // Nobody asked for another protocol: what follows has no meaning here.
      fail(Failure.BROKEN);
      return;
    }
    settle();
    response.setStatusCode(answer.statusCode());
    Headers.copyResponse(answer.headers(), response.headers());
    frame(answer);
    outcome.answered(answer.statusCode(), response.headers());
    answer
        .pipeTo(response)
        .onFailure(
            failure -> {
              // Half a body is out: only a broken connection can tell the client that it is half.
              abortUpstream();
              request.connection().close();
            });
  }

  private void frame(HttpClientResponse answer) {
    @Nullable String length = answer.getHeader("content-length");
    if (length != null) {
      response.putHeader("content-length", length);
    } else if (request.version() == HttpVersion.HTTP_1_1 && answer.statusCode() >= 200) {
      response.setChunked(true);
    }
  }

  private void clientGone() {
    if (settled) {
      abortUpstream();
      return;
    }
    fail(Failure.CLIENT_GONE);
  }

  private void fail(Failure failure) {
    if (settled) {
      return;
    }
    settle();
    abortUpstream();
    outcome.failed(failure);
  }

  private void settle() {
    settled = true;
    if (responseTimer != NO_TIMER) {
      vertx.cancelTimer(responseTimer);
    }
  }

  private void abortUpstream() {
    if (upstreamRequest != null) {
      upstreamRequest.reset();
    }
  }

  private static Failure connectFailure(Throwable failure) {
    return switch (failure) {
      case ConnectTimeoutException silent -> Failure.SILENT;
      case ConnectException refused -> Failure.UNREACHABLE;
      case UnknownHostException unknown -> Failure.UNREACHABLE;
      case ConnectionPoolTooBusyException full -> Failure.BUSY;
      // The time to get a connection ran out in the queue.
      case TimeoutException queued -> Failure.BUSY;
      default -> Failure.BROKEN;
    };
  }
}
