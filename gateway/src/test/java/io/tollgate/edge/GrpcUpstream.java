package io.tollgate.edge;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.UpstreamProtocol;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A server by gRPC, of grpc-java, whose messages are texts. */
final class GrpcUpstream implements AutoCloseable {
  static final String SERVICE = "test.Open";
  static final String CLOSED_SERVICE = "test.Closed";
  static final Metadata.Key<String> REASON =
      Metadata.Key.of("reason", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<byte[]> DETAIL =
      Metadata.Key.of("detail-bin", Metadata.BINARY_BYTE_MARSHALLER);

  static final MethodDescriptor<String, String> ECHO = method(SERVICE, "echo", MethodType.UNARY);
  static final MethodDescriptor<String, String> COUNT =
      method(SERVICE, "count", MethodType.SERVER_STREAMING);
  static final MethodDescriptor<String, String> JOIN =
      method(SERVICE, "join", MethodType.CLIENT_STREAMING);
  static final MethodDescriptor<String, String> CHAT =
      method(SERVICE, "chat", MethodType.BIDI_STREAMING);
  static final MethodDescriptor<String, String> FAIL = method(SERVICE, "fail", MethodType.UNARY);
  static final MethodDescriptor<String, String> HANG = method(SERVICE, "hang", MethodType.UNARY);
  static final MethodDescriptor<String, String> CLOSED =
      method(CLOSED_SERVICE, "echo", MethodType.UNARY);

  /** How many calls came. */
  final AtomicInteger calls = new AtomicInteger();

  /** Calls that hang, as the server sees them. */
  final CountDownLatch hanging = new CountDownLatch(1);

  final CountDownLatch cancelled = new CountDownLatch(1);

  private final Server server;

  /** Texts as messages, without a compiler of protocols. */
  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static MethodDescriptor<String, String> method(
      String service, String name, MethodType type) {
    return MethodDescriptor.<String, String>newBuilder(new Text(), new Text())
        .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
        .setType(type)
        .build();
  }

  GrpcUpstream() {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try {
      server =
          NettyServerBuilder.forAddress(address)
              .maxInboundMessageSize(64 << 20)
              .addService((BindableService) this::open)
              .addService((BindableService) this::closed)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ServerServiceDefinition open() {
    return ServerServiceDefinition.builder(SERVICE)
        .addMethod(ECHO, ServerCalls.asyncUnaryCall(this::echo))
        .addMethod(COUNT, ServerCalls.asyncServerStreamingCall(this::count))
        .addMethod(JOIN, ServerCalls.asyncClientStreamingCall(this::join))
        .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(this::chat))
        .addMethod(FAIL, ServerCalls.asyncUnaryCall(this::fail))
        .addMethod(HANG, ServerCalls.asyncUnaryCall(this::hang))
        .build();
  }

  private ServerServiceDefinition closed() {
    return ServerServiceDefinition.builder(CLOSED_SERVICE)
        .addMethod(CLOSED, ServerCalls.asyncUnaryCall(this::echo))
        .build();
  }

  private void echo(String asked, StreamObserver<String> answer) {
    calls.incrementAndGet();
    answer.onNext(asked);
    answer.onCompleted();
  }

  private void count(String to, StreamObserver<String> answer) {
    calls.incrementAndGet();
    for (int i = 1; i <= Integer.parseInt(to); i++) {
      answer.onNext(Integer.toString(i));
    }
    answer.onCompleted();
  }

  private StreamObserver<String> join(StreamObserver<String> answer) {
    calls.incrementAndGet();
    var joined = new StringBuilder();
    return new StreamObserver<>() {
      @Override
      public void onNext(String value) {
        joined.append(value);
      }

      @Override
      public void onError(Throwable failure) {
        cancelled.countDown();
      }

      @Override
      public void onCompleted() {
        answer.onNext(joined.toString());
        answer.onCompleted();
      }
    };
  }

  private StreamObserver<String> chat(StreamObserver<String> answer) {
    calls.incrementAndGet();
    return new StreamObserver<>() {
      @Override
      public void onNext(String value) {
        answer.onNext(value);
      }

      @Override
      public void onError(Throwable failure) {
        cancelled.countDown();
      }

      @Override
      public void onCompleted() {
        answer.onCompleted();
      }
    };
  }

  private void fail(String why, StreamObserver<String> answer) {
    calls.incrementAndGet();
    var trailers = new Metadata();
    trailers.put(REASON, why);
    trailers.put(PUSHBACK, "250");
    trailers.put(DETAIL, new byte[] {0, 1, (byte) 0xff});
    answer.onError(
        Status.FAILED_PRECONDITION.withDescription("not n\u00f6w ").asRuntimeException(trailers));
  }

  private void hang(String asked, StreamObserver<String> answer) {
    calls.incrementAndGet();
    ((ServerCallStreamObserver<String>) answer).setOnCancelHandler(cancelled::countDown);
    hanging.countDown();
  }

  Route route(String path) {
    return Route.to(path, "http://127.0.0.1:" + server.getPort()).speaking(UpstreamProtocol.HTTP2);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
