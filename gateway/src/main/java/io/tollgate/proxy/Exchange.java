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
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way upstream and its response on the way back.
 *
 * <p>An upstream connection is used again only if both messages on it have ended whole: after any
 * doubt it is closed, since the rest of one exchange would be read as the start of the next.
 *
 * <p>Confined to the event loop that serves the request.
 */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final long NO_TIMER = -1;
  private static final int FINAL_STATUS_MIN = 200;

  /** The wait for a connection ends after its making would have: so each is told for what it is. */
  private static final Duration QUEUE_MARGIN = Duration.ofMillis(250);

  private final Vertx vertx;
  private final ProxyConfig config;
  private final Upstream upstream;
  private final HttpClientAgent client;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Forwarder.Outcome outcome;

  private @Nullable HttpClientRequest upstreamRequest;
  private long responseTimer = NO_TIMER;
  private boolean retried;
  private boolean bodySent;
  private boolean settled;
  private boolean ended;

  Exchange(
      Vertx vertx,
      ProxyConfig config,
      Upstream upstream,
      HttpServerRequest request,
      Forwarder.Outcome outcome) {
    this.vertx = vertx;
    this.config = config;
    this.upstream = upstream;
    this.client = upstream.acquire();
    this.request = request;
    this.response = request.response();
    this.outcome = outcome;
  }

  void begin(Target target, Route route, Consumer<MultiMap> stamp) {
    if (response.closed()) {
      // The client left while its key was looked up: no handler would hear of it any more.
      fail(Failure.CLIENT_GONE);
      return;
    }
    // Held back until there is a connection to send it on; what nobody handles would be lost.
    request.pause();
    response.exceptionHandler(gone -> clientGone());
    response.closeHandler(closed -> clientGone());
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    Headers.copyRequest(request.headers(), headers, route);
    writeOrigin(headers);
    stamp.accept(headers);
    send(
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(request.method().name()))
            .setURI(UpstreamAddress.base(route.upstream()) + target.toRequestTarget())
            .setConnectTimeout(config.connectTimeout().plus(QUEUE_MARGIN).toMillis())
            .setHeaders(headers));
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
        .onComplete(
            opened -> guarded(() -> sendOn(opened, options)),
            failure -> fail(connectFailure(failure)));
  }

  /** A fault in a callback must not leave the client waiting. */
  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException fault) {
      LOG.error("an exchange failed by a fault of the gateway", fault);
      fail(Failure.BROKEN);
    }
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
    opened
        .response()
        .onComplete(answer -> guarded(() -> respond(answer)), broken -> retryOrFail(options));
    sendBody(opened)
        .onComplete(
            sent -> {
              bodySent = true;
              armResponseTimer();
            },
            // The upstream may have answered without reading on; its response decides then.
            failure -> armResponseTimer());
  }

  private Future<Void> sendBody(HttpClientRequest opened) {
    if (!UnreadBody.isAnnounced(request)) {
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
    // A body that broke off must not be ended as if it were whole.
    return request.pipe().endOnFailure(false).to(opened);
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
    boolean safe = Methods.isSafe(request.method().name()) && !UnreadBody.isAnnounced(request);
    if (settled || retried || !safe) {
      fail(Failure.BROKEN);
      return;
    }
    // The timer goes on: both attempts share one deadline.
    retried = true;
    guarded(() -> send(options));
  }

  private void respond(HttpClientResponse answer) {
    if (settled) {
      return;
    }
    if (answer.statusCode() < FINAL_STATUS_MIN) {
      // A protocol nobody asked for, or an interim response that the client takes for the last.
      fail(Failure.BROKEN);
      return;
    }
    settle();
    response.setStatusCode(answer.statusCode());
    Headers.copyResponse(answer.headers(), response.headers());
    limitReuse(answer.headers());
    frame(answer);
    outcome.answered(answer.statusCode(), response.headers());
    // Half a body must not be ended as if it were whole: only a cut tells the client.
    answer
        .pipe()
        .endOnFailure(false)
        .to(response)
        .onComplete(relayed -> finish(), failure -> cut());
  }

  /** How long an idle connection is kept is our own affair, and "close" counts in a list too. */
  private static void limitReuse(MultiMap headers) {
    boolean close = HeaderNames.nominated(headers).contains("close");
    headers.remove("keep-alive");
    if (close) {
      headers.set("connection", "close");
    }
  }

  private void frame(HttpClientResponse answer) {
    @Nullable String length = answer.getHeader("content-length");
    if (length != null) {
      response.putHeader("content-length", length);
    } else if (request.version() == HttpVersion.HTTP_1_1) {
      response.setChunked(true);
    } else {
      // HTTP/1.0 knows no chunks: the body ends with the connection.
      response.putHeader("connection", "close");
    }
  }

  /** The response is out whole; the request may not be, where the upstream did not want it all. */
  private void finish() {
    if (!bodySent) {
      abortUpstream();
      UnreadBody.discard(vertx, request);
    }
    if (request.version() == HttpVersion.HTTP_1_0
        && !response.headers().contains("content-length")) {
      request.connection().close();
    }
    end();
  }

  private void cut() {
    abortUpstream();
    request.connection().close();
    end();
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
    end();
    outcome.failed(failure);
  }

  private void settle() {
    settled = true;
    if (responseTimer != NO_TIMER) {
      vertx.cancelTimer(responseTimer);
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      upstream.release();
    }
  }

  /** Reset alone gives a connection back that still waits for the rest of our body. */
  private void abortUpstream() {
    HttpClientRequest begun = upstreamRequest;
    if (begun == null) {
      return;
    }
    begun.reset();
    if (!bodySent) {
      begun.connection().close();
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
