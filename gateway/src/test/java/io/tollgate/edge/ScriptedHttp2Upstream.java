package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.UpstreamProtocol;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream by HTTP/2 that does with each connection what a test says, frame by frame. */
final class ScriptedHttp2Upstream implements AutoCloseable {
  static final int DATA = 0x0;
  static final int HEADERS = 0x1;
  static final int RST_STREAM = 0x3;
  static final int SETTINGS = 0x4;
  static final int PUSH_PROMISE = 0x5;
  static final int PING = 0x6;
  static final int GOAWAY = 0x7;
  static final int WINDOW_UPDATE = 0x8;
  static final int CONTINUATION = 0x9;
  static final int END_STREAM = 0x1;
  static final int END_HEADERS = 0x4;
  static final int ACK = 0x1;

  static final int NO_ERROR = 0x0;
  static final int INTERNAL_ERROR = 0x2;
  static final int REFUSED_STREAM = 0x7;
  static final int CANCEL = 0x8;

  static final int MAX_CONCURRENT_STREAMS = 0x3;
  static final int INITIAL_WINDOW_SIZE = 0x4;

  private static final int PREFACE_BYTES = 24;

  private final ServerSocket server;
  private final Script script;

  /** How many connections came, and how many requests on them. */
  final AtomicInteger connections = new AtomicInteger();

  final AtomicInteger requests = new AtomicInteger();

  /** What happens on one connection, which ends with the call. */
  interface Script {
    /** Plays it, from the client's preface on; {@code index} counts connections from 0. */
    void play(Peer peer, int index) throws IOException;
  }

  record Frame(int type, int flags, int id, ByteBuf payload) {}

  record Asked(int id, Http2Headers fields) {}

  /** The gateway's end of a connection, as the upstream sees it. */
  final class Peer {
    private final DataInputStream input;
    private final DataOutputStream output;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

    Peer(Socket socket) throws IOException {
      input = new DataInputStream(socket.getInputStream());
      output = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    /** Reads the next frame whatever it is. */
    Frame read() throws IOException {
      int length = (input.readUnsignedByte() << 16) | input.readUnsignedShort();
      int type = input.readUnsignedByte();
      int flags = input.readUnsignedByte();
      int id = input.readInt();
      byte[] payload = new byte[length];
      input.readFully(payload);
      return new Frame(type, flags, id, Unpooled.wrappedBuffer(payload));
    }

    /** Reads up to a frame of that type. */
    Frame read(int type) throws IOException {
      Frame frame = read();
      while (frame.type != type) {
        frame = read();
      }
      return frame;
    }

    /** Reads up to a request's head. */
    Asked readRequest() throws IOException {
      return asked(read(HEADERS));
    }

    /** Reads a request's head of a frame that has come. */
    Asked asked(Frame frame) throws IOException {
      requests.incrementAndGet();
      try {
        return new Asked(frame.id, decoder.decodeHeaders(frame.id, frame.payload));
      } catch (Http2Exception e) {
        throw new IOException(e);
      }
    }

    void write(int type, int flags, int id, byte[] payload) throws IOException {
      output.writeByte(payload.length >> 16);
      output.writeShort(payload.length);
      output.writeByte(type);
      output.writeByte(flags);
      output.writeInt(id);
      output.write(payload);
      output.flush();
    }

    void write(int type, int id, int value) throws IOException {
      write(type, 0, id, integer(value));
    }

    void headers(int id, boolean last, String... namesAndValues) throws IOException {
      int flags = END_HEADERS | (last ? END_STREAM : 0);
      write(HEADERS, flags, id, block(namesAndValues));
    }

    void data(int id, boolean last, String text) throws IOException {
      write(DATA, last ? END_STREAM : 0, id, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void reset(int id, int error) throws IOException {
      write(RST_STREAM, id, error);
    }

    void goAway(int lastId, int error) throws IOException {
      var payload = new ByteArrayOutputStream();
      payload.writeBytes(integer(lastId));
      payload.writeBytes(integer(error));
      write(GOAWAY, 0, 0, payload.toByteArray());
    }

    void settings(int name, int value) throws IOException {
      var payload = new ByteArrayOutputStream();
      payload.write(0);
      payload.write(name);
      payload.writeBytes(integer(value));
      write(SETTINGS, 0, 0, payload.toByteArray());
    }

    /** Answers a request whole. */
    void answer(int id, String body) throws IOException {
      headers(id, false, ":status", "200");
      data(id, true, body);
    }

    /** Blocks until the gateway closes. */
    void awaitEnd() throws IOException {
      while (true) {
        try {
          read();
        } catch (EOFException closed) {
          return;
        }
      }
    }
  }

  static byte[] integer(int value) {
    return new byte[] {
      (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
    };
  }

  /** Returns a header block, each field spelled out. */
  static byte[] block(String... namesAndValues) {
    var block = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      block.write(0);
      putText(block, namesAndValues[i]);
      putText(block, namesAndValues[i + 1]);
    }
    return block.toByteArray();
  }

  private static void putText(ByteArrayOutputStream to, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < 0x7f) {
      to.write(bytes.length);
    } else {
      to.write(0x7f);
      int rest = bytes.length - 0x7f;
      for (; rest >= 0x80; rest >>= 7) {
        to.write((rest & 0x7f) | 0x80);
      }
      to.write(rest);
    }
    to.writeBytes(bytes);
  }

  ScriptedHttp2Upstream(Script script) {
    this.script = script;
    try {
      server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        int index = connections.getAndIncrement();
        Thread.startVirtualThread(() -> serve(socket, index));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket, int index) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var peer = new Peer(socket);
      peer.input.readNBytes(PREFACE_BYTES);
      script.play(peer, index);
    } catch (IOException gone) {
      // The gateway hung up, as some scripts want it to.
    }
  }

  int port() {
    return server.getLocalPort();
  }

  Route route(String path) {
    return Route.to(path, "http://127.0.0.1:" + port()).speaking(UpstreamProtocol.HTTP2);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
