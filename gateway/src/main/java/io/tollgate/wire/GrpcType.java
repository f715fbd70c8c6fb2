package io.tollgate.wire;

/** The media type that makes a request a call of gRPC (gRPC over HTTP/2, "Content-Type"). */
final class GrpcType {
  private static final String NAME = "application/grpc";

  private GrpcType() {}

  /** Returns whether the value is that type; gRPC-Web, which is another format, is not. */
  static boolean is(byte[] bytes, int start, int end) {
    int nameEnd = start + NAME.length();
    return nameEnd <= end
        && Octets.equalIgnoringCase(bytes, start, nameEnd, NAME)
        && (nameEnd == end || "+; ".indexOf(bytes[nameEnd]) >= 0);
  }
}
