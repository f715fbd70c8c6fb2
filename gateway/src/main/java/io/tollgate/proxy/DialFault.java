package io.tollgate.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;

/** Why no connection could be made. */
enum DialFault {
  /** Not even a socket, or a port of ours, could be had: that is no fault of the endpoint's. */
  NO_SOCKET(Failure.UNREACHABLE),
  /** A machine answers there, and lets nobody in. */
  REFUSED(Failure.UNREACHABLE),
  /** There is no such name, or no way to that address. */
  NO_WAY(Failure.UNREACHABLE),
  SILENT(Failure.SILENT),
  /** It hung up, or TLS failed. */
  BROKEN(Failure.BROKEN);

  private final Failure failure;

  DialFault(Failure failure) {
    this.failure = failure;
  }

  /** Returns what it is to an exchange that waited for the connection. */
  Failure failure() {
    return failure;
  }

  static DialFault of(Throwable cause) {
    if (String.valueOf(cause.getMessage()).contains("Cannot assign requested address")) {
      return NO_SOCKET;
    }
    return switch (cause) {
      case ConnectTimeoutException silent -> SILENT;
      case SslHandshakeTimeoutException silent -> SILENT;
      case ConnectException refused -> REFUSED;
      case NoRouteToHostException unreachable -> NO_WAY;
      case UnknownHostException unknown -> NO_WAY;
      case ChannelException none -> NO_SOCKET;
      default -> BROKEN;
    };
  }
}
