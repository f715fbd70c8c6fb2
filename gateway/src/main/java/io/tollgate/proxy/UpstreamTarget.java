package io.tollgate.proxy;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A host and port that routes name, with the endpoints that its name stands for now.
 *
 * <p>Safe for all threads.
 */
final class UpstreamTarget {
  /** A name that stands for more than these is served by the first of them. */
  static final int ENDPOINTS_MAX = 32;

  /** After so long an address may be another server's, of which nothing is known. */
  static final Duration GONE_MAX = Duration.ofMinutes(1);

  private static final int NAMED_MAX = 8 * ENDPOINTS_MAX;

  private final URI url;
  private final String place;
  private final boolean isName;
  private final Function<@Nullable InetAddress, Endpoint> maker;
  private final AtomicLong resolveNanos;

  /** Those of late: a name that stands for others each time must not make a dead one new. */
  private final Map<InetAddress, Gone> gone =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Gone> eldest) {
          return size() > NAMED_MAX;
        }
      };

  private record Gone(Endpoint endpoint, long sinceNanos) {}

  private volatile List<Endpoint> endpoints;

  /**
   * Makes one whose name has not been looked up.
   *
   * @param maker makes the endpoint of an address; null stands for the name
   */
  UpstreamTarget(URI url, Function<@Nullable InetAddress, Endpoint> maker, long nowNanos) {
    this.url = url;
    place = UpstreamAddress.place(url);
    this.maker = maker;
    resolveNanos = new AtomicLong(nowNanos);
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(UpstreamAddress.host(url));
    isName = literal == null;
    endpoints = List.of(maker.apply(literal == null ? null : address(literal)));
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four or sixteen bytes are an address", e);
    }
  }

  URI url() {
    return url;
  }

  /** Returns its host and port. */
  String place() {
    return place;
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  /** Returns whether its name is to be looked up now, which the caller then has to do. */
  boolean takeResolve(long nowNanos, long intervalNanos) {
    long dueNanos = resolveNanos.get();
    return isName
        && nowNanos - dueNanos >= 0
        && resolveNanos.compareAndSet(dueNanos, nowNanos + intervalNanos);
  }

  /**
   * Takes what the name stands for now; endpoints that stay keep their health, and so do those that
   * come back soon, though with a small share. No address at all is no answer: those that were
   * known go on.
   *
   * @return whether anything has changed
   */
  synchronized boolean resolved(Collection<InetSocketAddress> found, long nowNanos) {
    List<InetAddress> addresses = chosen(found);
    if (addresses.isEmpty() || addresses.equals(known())) {
      return false;
    }
    List<Endpoint> fresh = new ArrayList<>();
    for (InetAddress address : addresses) {
      fresh.add(endpoint(address, nowNanos));
    }
    for (Endpoint before : endpoints) {
      InetAddress address = before.address();
      if (address != null && !fresh.contains(before)) {
        gone.put(address, new Gone(before, nowNanos));
      }
    }
    endpoints = List.copyOf(fresh);
    return true;
  }

  private Endpoint endpoint(InetAddress address, long nowNanos) {
    for (Endpoint present : endpoints) {
      if (address.equals(present.address())) {
        return present;
      }
    }
    Gone before = gone.remove(address);
    if (before == null || nowNanos - before.sinceNanos() > GONE_MAX.toNanos()) {
      return maker.apply(address);
    }
    before.endpoint().health().returned(nowNanos);
    return before.endpoint();
  }

  private List<@Nullable InetAddress> known() {
    List<@Nullable InetAddress> addresses = new ArrayList<>();
    endpoints.forEach(endpoint -> addresses.add(endpoint.address()));
    return addresses;
  }

  /**
   * Returns the addresses of one family, in an order of their own: a host's IPv4 and IPv6 addresses
   * lead to one server, of which one way may not be open.
   */
  private static List<InetAddress> chosen(Collection<InetSocketAddress> found) {
    List<InetAddress> all =
        found.stream()
            .map(InetSocketAddress::getAddress)
            .distinct()
            .sorted(Comparator.comparing(InetAddress::getHostAddress))
            .toList();
    boolean four = all.stream().anyMatch(Inet4Address.class::isInstance);
    return all.stream()
        .filter(address -> !four || address instanceof Inet4Address)
        .limit(ENDPOINTS_MAX)
        .toList();
  }
}
