package io.tollgate.edge;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.tollgate.key.Secret;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client of HTTP/2 that sends the frames it is told to, whatever they are. */
final class RawHttp2 implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PUSH_PROMISE = 5;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;
  static final int PADDED = 8;

  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  static final String AUTHORITY = "gate.example";
  private static final int FRAME_MAX = 16_384;
  private static final int READ_TIMEOUT_MILLIS = 10_000;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
  private final DefaultHttp2HeadersDecoder headers = new DefaultHttp2HeadersDecoder(false);

  /** A frame that came. */
  static final class Frame {
    final int type;
    final int flags;
    final int stream;
    private final byte[] payload;

    Frame(int type, int flags, int stream, byte[] payload) {
      this.type = type;
      this.flags = flags;
      this.stream = stream;
      this.payload = payload;
    }

    boolean is(int flag) {
      return (flags & flag) != 0;
    }

    /** Returns the number that stands there, of four bytes. */
    int number(int at) {
      return ByteBuffer.wrap(payload).getInt(at);
    }

    int length() {
      return payload.length;
    }

    String text() {
      return new String(payload, StandardCharsets.ISO_8859_1);
    }
  }

  /** What came of a request: how it ended, and what came before that. */
  static final class Answer {
    final Map<String, String> fields = new LinkedHashMap<>();
    final Map<String, String> trailers = new LinkedHashMap<>();
    final StringBuilder body = new StringBuilder();
    String end = "";

    /** Returns the status, {@code reset X}, {@code goaway X} or {@code closed}. */
    String outcome() {
      return end.isEmpty() ? fields.getOrDefault(":status", "none") : end;
    }

    String field(String name) {
      return fields.getOrDefault(name, "");
    }
  }

  RawHttp2(int port) {
    try {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(READ_TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      in = new DataInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens a connection and waits until both sides have said what they begin with. */
  static RawHttp2 open(int port) {
    RawHttp2 client = new RawHttp2(port);
    client.raw(PREFACE).frame(SETTINGS, 0, 0, "").frame(SETTINGS, ACK, 0, "").flush();
    for (Frame frame = client.next(); frame.type != SETTINGS || !frame.is(ACK); ) {
      frame = client.next();
    }
    return client;
  }

  RawHttp2 raw(String bytes) {
    unsent.writeBytes(bytes.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  /** Puts a frame where {@link #flush} sends it from; a payload's chars are its bytes. */
  RawHttp2 frame(int type, int flags, int stream, String payload) {
    return raw(bytes(type, flags, stream, payload));
  }

  /** Returns a frame, whose chars are its bytes. */
  static String bytes(int type, int flags, int stream, String payload) {
    ByteBuffer head = ByteBuffer.allocate(9);
    head.put((byte) (payload.length() >> 16)).putShort((short) payload.length());
    head.put((byte) type).put((byte) flags).putInt(stream);
    return new String(head.array(), StandardCharsets.ISO_8859_1) + payload;
  }

  /** Puts a head there, in as many frames as it needs. */
  RawHttp2 headers(int stream, boolean end, String... namesAndValues) {
    String rest = block(namesAndValues);
    int type = HEADERS;
    int flags = end ? END_STREAM : 0;
    while (rest.length() > FRAME_MAX) {
      frame(type, flags, stream, rest.substring(0, FRAME_MAX));
      rest = rest.substring(FRAME_MAX);
      type = CONTINUATION;
      flags = 0;
    }
    return frame(type, flags | END_HEADERS, stream, rest);
  }

  /** Returns the fields of a request that is in order, with what else it is to have. */
  static String[] request(Secret key, String method, String path, String... more) {
    List<String> fields = new ArrayList<>(List.of(":method", method, ":scheme", "http"));
    fields.addAll(List.of(":path", path, ":authority", AUTHORITY, "x-api-key", key.reveal()));
    fields.addAll(List.of(more));
    return fields.toArray(String[]::new);
  }

  /** Returns a header block of fields that are put into no table. */
  static String block(String... namesAndValues) {
    var block = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      block.append('\0').append(text(namesAndValues[i])).append(text(namesAndValues[i + 1]));
    }
    return block.toString();
  }

  private static String text(String value) {
    var length = new StringBuilder();
    int rest = value.length();
    if (rest < 0x7f) {
      length.append((char) rest);
    } else {
      length.append((char) 0x7f);
      for (rest -= 0x7f; rest >= 0x80; rest >>= 7) {
        length.append((char) ((rest & 0x7f) | 0x80));
      }
      length.append((char) rest);
    }
    return length + value;
  }

  RawHttp2 data(int stream, boolean end, String body) {
    return frame(DATA, end ? END_STREAM : 0, stream, body);
  }

  RawHttp2 reset(int stream) {
    return frame(RST_STREAM, 0, stream, number((int) Http2Error.CANCEL.code()));
  }

  RawHttp2 window(int stream, int more) {
    return frame(WINDOW_UPDATE, 0, stream, number(more));
  }

  /** Returns the four bytes of a number. */
  static String number(int value) {
    byte[] bytes = ByteBuffer.allocate(4).putInt(value).array();
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Returns the payload of a setting. */
  static String setting(int id, int value) {
    return "" + (char) (id >> 8) + (char) (id & 0xff) + number(value);
  }

  /** Sends what was put together; a connection that is closed already takes none of it. */
  RawHttp2 flush() {
    try {
      out.write(unsent.toByteArray());
    } catch (IOException closed) {
      // What has been answered before tells why.
    }
    unsent.reset();
    return this;
  }

  /** Returns the next frame, or null at the connection's end. */
  @Nullable Frame read() {
    try {
      int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = new byte[length];
      in.readFully(payload);
      return new Frame(type, flags, stream, payload);
    } catch (java.net.SocketTimeoutException silent) {
      throw new UncheckedIOException(silent);
    } catch (IOException closed) {
      return null;
    }
  }

  /** Returns the next frame, which must come. */
  Frame next() {
    Frame frame = read();
    if (frame == null) {
      throw new AssertionError("the connection has ended");
    }
    return frame;
  }

  /** Sends what was put together and reads until a stream, or the connection, has ended. */
  Answer answer(int stream) {
    flush();
    var answer = new Answer();
    while (answer.end.isEmpty()) {
      Frame frame = read();
      if (frame == null) {
        answer.end = "closed";
      } else if (frame.type == GOAWAY && frame.number(4) != 0) {
        answer.end = "goaway " + name(frame.number(4));
      } else if (frame.stream == stream && take(frame, answer)) {
        break;
      }
    }
    return answer;
  }

  /** Sends what was put together and reads until the connection has ended. */
  Answer end() {
    return answer(Integer.MAX_VALUE);
  }

  /** Returns the stream of a client's request, of which the first is the zeroth. */
  static int stream(int request) {
    return 2 * request + 1;
  }

  /** Takes a frame of a stream; true if it was the last. */
  private boolean take(Frame frame, Answer answer) {
    switch (frame.type) {
      case HEADERS -> decode(frame, answer.fields.isEmpty() ? answer.fields : answer.trailers);
      case DATA -> answer.body.append(frame.text());
      case RST_STREAM -> answer.end = "reset " + name(frame.number(0));
      default -> {}
    }
    return frame.type <= HEADERS && frame.is(END_STREAM);
  }

  void decode(Frame frame, Map<String, String> into) {
    try {
      Http2Headers block =
          headers.decodeHeaders(frame.stream, Unpooled.wrappedBuffer(frame.payload));
      block.forEach(field -> into.put(field.getKey().toString(), field.getValue().toString()));
    } catch (Http2Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static String name(int error) {
    Http2Error known = Http2Error.valueOf(error);
    return known == null ? String.valueOf(error) : known.name().toUpperCase(Locale.ROOT);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
