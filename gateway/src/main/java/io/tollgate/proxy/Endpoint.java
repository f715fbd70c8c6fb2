package io.tollgate.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * One address of a target, with what is known of its health and counted of all event loops. Safe
 * for all threads.
 *
 * @param address null while the name has not been looked up: then whoever connects does that
 * @param check the path by which it is asked
 * @param protocol what it speaks
 * @param load what it has under way
 */
record Endpoint(
    URI url,
    @Nullable InetAddress address,
    String check,
    UpstreamProtocol protocol,
    Health health,
    Load load) {
  /** Makes one that has nothing under way. */
  Endpoint(
      URI url,
      @Nullable InetAddress address,
      String check,
      UpstreamProtocol protocol,
      Health health) {
    this(url, address, check, protocol, health, new Load());
  }

  InetSocketAddress socketAddress() {
    int port = UpstreamAddress.port(url);
    return address == null
        ? InetSocketAddress.createUnresolved(UpstreamAddress.host(url), port)
        : new InetSocketAddress(address, port);
  }

  /**
   * Returns whether a connection that could not be made tells no more than that there is no room
   * for it: others stand, and are served.
   *
   * @param begunNanos when it was begun
   */
  boolean isFull(DialFault fault, long begunNanos, long nowNanos) {
    return switch (fault) {
      case NO_SOCKET, NO_WAY -> false;
      case REFUSED, SILENT, BROKEN ->
          load.connections() > 0
              && health.isServing(fault == DialFault.REFUSED, begunNanos, nowNanos);
    };
  }

  /** Two are the same only if they are one: health is not a value. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    String host = UpstreamAddress.place(url);
    return address == null ? host : host + " at " + address.getHostAddress();
  }
}
