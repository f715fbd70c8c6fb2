package io.tollgate.access;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An IP address: 128 bits, of which IPv4 has the part set aside for it, so that {@code
 * ::ffff:192.0.2.1} is {@code 192.0.2.1}. Immutable.
 *
 * <p>Names are never resolved. What one program reads as this address and another as that is none:
 * numbers that begin with a zero, which some take for octal, and IPv4 in fewer than four numbers.
 * Nor is one with a zone, which means nothing on another machine.
 */
public record IpAddress(long high, long low) implements Comparable<IpAddress> {
  static final int BITS = 128;
  static final int IPV4_BITS = 32;

  /** What stands before the 32 bits of an IPv4 address (RFC 4291, 2.5.5.2). */
  private static final long MAPPED = 0xffff_0000_0000L;

  private static final int IPV4_NUMBERS = 4;
  private static final int IPV4_DIGITS_MAX = 3;
  private static final int GROUPS = 8;
  private static final int GROUP_DIGITS_MAX = 4;
  private static final int GROUP_BITS = 16;

  public static IpAddress of(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    return bytes.capacity() == Integer.BYTES
        ? ofIpv4(Integer.toUnsignedLong(bytes.getInt()))
        : new IpAddress(bytes.getLong(), bytes.getLong());
  }

  private static IpAddress ofIpv4(long bits) {
    return new IpAddress(0, MAPPED | bits);
  }

  /** Returns the address that the text is, or null if it is none. */
  public static @Nullable IpAddress parse(String text) {
    // What is no Latin letter becomes a question mark, which stands in no address.
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return parse(bytes, 0, bytes.length);
  }

  /** Returns the address that these bytes are, or null if they are none. */
  public static @Nullable IpAddress parse(byte[] bytes, int start, int end) {
    long ipv4 = parseIpv4(bytes, start, end);
    return ipv4 < 0 ? parseIpv6(bytes, start, end) : ofIpv4(ipv4);
  }

  /** Reads four numbers of a byte each; -1 if they are none. */
  private static long parseIpv4(byte[] bytes, int start, int end) {
    long address = 0;
    int at = start;
    for (int number = 1; number <= IPV4_NUMBERS; number++) {
      int first = at;
      int value = 0;
      while (at < end && at - first <= IPV4_DIGITS_MAX && Character.digit(bytes[at], 10) >= 0) {
        value = 10 * value + Character.digit(bytes[at++], 10);
      }
      boolean zeroFirst = at - first > 1 && bytes[first] == '0';
      boolean ended = number == IPV4_NUMBERS ? at == end : at < end && bytes[at] == '.';
      if (at == first || zeroFirst || value > 0xff || !ended) {
        return -1;
      }
      address = address << Byte.SIZE | value;
      at++;
    }
    return address;
  }

  private static @Nullable IpAddress parseIpv6(byte[] bytes, int start, int end) {
    int[] groups = new int[GROUPS];
    if (!parseGroups(bytes, start, end, groups)) {
      return null;
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < GROUPS / 2; i++) {
      high = high << GROUP_BITS | groups[i];
      low = low << GROUP_BITS | groups[GROUPS / 2 + i];
    }
    return new IpAddress(high, low);
  }

  /** Reads what RFC 4291, 2.2, allows; false if it is anything else. */
  private static boolean parseGroups(byte[] bytes, int start, int end, int[] groups) {
    int count = 0;
    int gap = -1;
    int at = start;
    while (at < end) {
      if (bytes[at] == ':' && at + 1 < end && bytes[at + 1] == ':' && gap < 0) {
        gap = count;
        at += 2;
        if (at == end) {
          break;
        }
      } else if (at > start && bytes[at++] != ':') {
        return false;
      }
      int first = at;
      while (at < end && at - first <= GROUP_DIGITS_MAX && Character.digit(bytes[at], 16) >= 0) {
        at++;
      }
      if (at < end && bytes[at] == '.' && count <= GROUPS - 2) {
        long ipv4 = parseIpv4(bytes, first, end);
        groups[count++] = (int) (ipv4 >>> GROUP_BITS);
        groups[count++] = (int) (ipv4 & 0xffff);
        return ipv4 >= 0 && spread(groups, gap, count);
      }
      if (at == first || at - first > GROUP_DIGITS_MAX || count == GROUPS) {
        return false;
      }
      groups[count++] = group(bytes, first, at);
    }
    return spread(groups, gap, count);
  }

  private static int group(byte[] bytes, int start, int end) {
    int value = 0;
    for (int at = start; at < end; at++) {
      value = value << 4 | Character.digit(bytes[at], 16);
    }
    return value;
  }

  /** Puts zeros where groups were left out; false if none can be missing, or some are. */
  private static boolean spread(int[] groups, int gap, int count) {
    if (gap < 0 || count == GROUPS) {
      return gap < 0 && count == GROUPS;
    }
    int missing = GROUPS - count;
    System.arraycopy(groups, gap, groups, gap + missing, count - gap);
    Arrays.fill(groups, gap, gap + missing, 0);
    return true;
  }

  public boolean isIpv4() {
    return high == 0 && low >>> IPV4_BITS == MAPPED >>> IPV4_BITS;
  }

  /** All of IPv4 comes before all of IPv6: a range of the one holds nothing of the other. */
  @Override
  public int compareTo(IpAddress other) {
    if (isIpv4() != other.isIpv4()) {
      return isIpv4() ? -1 : 1;
    }
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh == 0 ? Long.compareUnsigned(low, other.low) : byHigh;
  }

  /** Returns the one spelling of the address (RFC 5952). */
  @Override
  public String toString() {
    byte[] bytes = ByteBuffer.allocate(BITS / Byte.SIZE).putLong(high).putLong(low).array();
    return isIpv4()
        ? NetUtil.bytesToIpAddress(bytes, (BITS - IPV4_BITS) / Byte.SIZE, IPV4_BITS / Byte.SIZE)
        : NetUtil.bytesToIpAddress(bytes, 0, bytes.length);
  }
}
