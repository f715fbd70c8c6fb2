package io.tollgate.wire;

import java.util.concurrent.TimeUnit;

/**
 * How long a caller by gRPC waits for the end of its call, as it says in {@code grpc-timeout}: one
 * to eight digits and a unit. What is not spelled like that bounds nothing: it goes on as it came,
 * and the server that knows gRPC answers for it.
 */
public final class GrpcTimeout {
  /** Returned where the request names no time. */
  public static final long NONE = -1;

  private static final String NAME = "grpc-timeout";
  private static final int DIGITS_MAX = 8;

  private GrpcTimeout() {}

  /** Returns how many nanoseconds a call may take, or {@link #NONE}. */
  public static long nanos(RequestHead head) {
    int field = find(head, NAME);
    return field >= 0 && isGrpc(head)
        ? parse(head.bytes(), head.valueStart(field), head.valueEnd(field))
        : NONE;
  }

  private static boolean isGrpc(RequestHead head) {
    int field = head.indexOf(Field.CONTENT_TYPE);
    return field >= 0 && GrpcType.is(head.bytes(), head.valueStart(field), head.valueEnd(field));
  }

  private static int find(RequestHead head, String name) {
    for (int i = 0; i < head.fieldCount(); i++) {
      if (Octets.equalIgnoringCase(head.bytes(), head.nameStart(i), head.nameEnd(i), name)) {
        return i;
      }
    }
    return -1;
  }

  private static long parse(byte[] bytes, int start, int end) {
    int digits = end - start - 1;
    if (digits < 1 || digits > DIGITS_MAX) {
      return NONE;
    }
    long count = Octets.decimal(bytes, start, end - 1);
    if (count < 0) {
      return NONE;
    }
    return switch (bytes[end - 1]) {
      case 'H' -> TimeUnit.HOURS.toNanos(count);
      case 'M' -> TimeUnit.MINUTES.toNanos(count);
      case 'S' -> TimeUnit.SECONDS.toNanos(count);
      case 'm' -> TimeUnit.MILLISECONDS.toNanos(count);
      case 'u' -> TimeUnit.MICROSECONDS.toNanos(count);
      case 'n' -> count;
      default -> NONE;
    };
  }
}
