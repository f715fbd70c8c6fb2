package io.tollgate.access;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A set of IP addresses, given as single ones and as ranges in CIDR notation. Immutable; {@link
 * #contains(IpAddress)} allocates nothing.
 *
 * <p>A range of IPv6 holds no IPv4 address unless it lies within the part set aside for them: so
 * {@code ::/0} is all of IPv6, and {@code ::ffff:0:0/96} is {@code 0.0.0.0/0}.
 */
public final class AddressRanges {
  public static final int COUNT_MAX = 1_000;
  public static final AddressRanges NONE = new AddressRanges(List.of());

  private static final Pattern FORM = Pattern.compile("([^/]+)(?:/(0|[1-9][0-9]{0,2}))?");

  /** In order, and none within another: an address can only be in the last that begins below it. */
  private final Range[] ranges;

  /** The addresses whose first bits are those of {@code first}. */
  private record Range(IpAddress first, int bits) {
    static @Nullable Range parse(String text) {
      Matcher form = FORM.matcher(text);
      @Nullable IpAddress first = form.matches() ? IpAddress.parse(form.group(1)) : null;
      if (first == null) {
        return null;
      }
      int width = text.indexOf(':') < 0 ? IpAddress.IPV4_BITS : IpAddress.BITS;
      int prefix = form.group(2) == null ? width : Integer.parseInt(form.group(2));
      var range = new Range(first, IpAddress.BITS - width + prefix);
      return prefix <= width && range.isWhole() ? range : null;
    }

    /** Whoever sets bits that don't count may have meant that one address, or all of the range. */
    private boolean isWhole() {
      return (first.high() & ~mask(bits)) == 0 && (first.low() & ~mask(bits - Long.SIZE)) == 0;
    }

    boolean contains(IpAddress address) {
      return address.isIpv4() == first.isIpv4()
          && ((address.high() ^ first.high()) & mask(bits)) == 0
          && ((address.low() ^ first.low()) & mask(bits - Long.SIZE)) == 0;
    }

    private static long mask(int ones) {
      return ones <= 0 ? 0 : -1L << Math.max(0, Long.SIZE - ones);
    }
  }

  private AddressRanges(List<Range> ranges) {
    this.ranges = ranges.toArray(Range[]::new);
  }

  /**
   * Makes a set of addresses and ranges, such as {@code 192.0.2.1} and {@code 2001:db8::/32}.
   *
   * @throws IllegalArgumentException naming the offender, if one of them is neither or sets bits
   *     beyond its prefix, or there are more than {@value #COUNT_MAX}
   */
  public static AddressRanges of(Collection<String> texts) {
    if (texts.size() > COUNT_MAX) {
      throw new IllegalArgumentException(
          "at most " + COUNT_MAX + " address ranges are taken, were " + texts.size());
    }
    Comparator<Range> wideFirst = Comparator.comparing(Range::first).thenComparingInt(Range::bits);
    List<Range> kept = new ArrayList<>();
    for (Range range : texts.stream().map(AddressRanges::range).sorted(wideFirst).toList()) {
      if (kept.isEmpty() || !kept.getLast().contains(range.first)) {
        kept.add(range);
      }
    }
    return new AddressRanges(kept);
  }

  /** Returns whether the text is an address or a range. */
  public static boolean isRange(String text) {
    return Range.parse(text) != null;
  }

  private static Range range(String text) {
    Range range = Range.parse(text);
    if (range == null) {
      throw new IllegalArgumentException(
          "an address range is an IP address, or one and the length of a prefix beyond which no"
              + " bit is set, such as 10.0.0.0/8, was \""
              + text
              + '"');
    }
    return range;
  }

  public boolean isEmpty() {
    return ranges.length == 0;
  }

  /** Returns whether the address is in one of the ranges; allocates nothing if there is none. */
  public boolean contains(InetAddress address) {
    return !isEmpty() && contains(IpAddress.of(address));
  }

  public boolean contains(IpAddress address) {
    int from = 0;
    int to = ranges.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (ranges[middle].first.compareTo(address) <= 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from > 0 && ranges[from - 1].contains(address);
  }
}
