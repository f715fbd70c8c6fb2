package io.tollgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection of HTTP/2 with some lanes, each of which has one stream at a time. Confined to the
 * event loop.
 *
 * <p>No implementation of the protocol: what it does not expect counts as a wrong answer. Every
 * answer's status, length and content are checked.
 */
final class Http2Connection extends ByteToMessageDecoder {
  /** The place of the stream's number in a frame. */
  static final int STREAM_AT = 5;

  static final int HEADERS = 1;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private static final int HEAD_BYTES = 9;
  private static final int DATA = 0;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int WINDOW_UPDATE = 8;
  private static final int ACK = 1;

  /** Says that a head begins with what nobody heeds any more. */
  private static final int PRIORITY = 0x20;

  private static final int PRIORITY_BYTES = 5;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int WINDOW_MAX = Integer.MAX_VALUE;
  private static final int WINDOW_BY_DEFAULT = 65_535;
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  /** The place of {@code :status: 200} in the static table, as a field by its index alone. */
  private static final int STATUS_200 = 0x88;

  /** A field that only sets the size of the dynamic table, in its first byte's upper bits. */
  private static final int TABLE_SIZE = 0x20;

  private static final int TABLE_SIZE_MASK = 0xe0;

  private final SlotRun run;
  private final Channel channel;
  private final ByteBuf expected;
  private final List<Stream> lanes = new ArrayList<>();
  private final IntObjectMap<Stream> open = new IntObjectHashMap<>();
  private int nextId = 1;
  private int received;
  private boolean reading;

  Http2Connection(SlotRun run, Channel channel, byte[] expected, int streams) {
    this.run = run;
    this.channel = channel;
    this.expected = Unpooled.wrappedBuffer(expected);
    for (int i = 0; i < streams; i++) {
      lanes.add(new Stream());
    }
  }

  List<? extends Lane> lanes() {
    return lanes;
  }

  /** One request after the other, each as a stream of its own. */
  private final class Stream implements Lane {
    private long sentNanos;
    private boolean waiting;
    private boolean inBody;
    private int bodyLength;

    /** The head of an answer that is wrong, which waits for the body, since that says why. */
    private @Nullable String otherHead;

    @Override
    public void send(long nanos) {
      sentNanos = nanos;
      waiting = true;
      ByteBuf request = run.nextRequest(channel.alloc());
      request.setInt(request.readerIndex() + STREAM_AT, nextId);
      open.put(nextId, this);
      nextId += 2;
      write(request);
    }

    @Override
    public boolean isWaiting() {
      return waiting;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for it.
    public void close() {
      waiting = false;
      channel.close();
    }

    private void readHead(ByteBuf block) {
      check(!inBody, "a second head");
      int first = block.readUnsignedByte();
      if ((first & TABLE_SIZE_MASK) == TABLE_SIZE) {
        check(first != (TABLE_SIZE | 0x1f), "a large dynamic table");
        first = block.readUnsignedByte();
      }
      if (first != STATUS_200) {
        otherHead = shown(block);
      }
      inBody = true;
    }

    private void readBody(ByteBuf part) {
      check(inBody, "a body without a head");
      if (otherHead != null) {
        throw new WrongAnswer(run.peer(), wrongStatus() + "\n" + shown(part));
      }
      int length = part.readableBytes();
      check(bodyLength + length <= expected.capacity(), "a longer body");
      check(
          ByteBufUtil.equals(part, part.readerIndex(), expected, bodyLength, length),
          "another body");
      bodyLength += length;
    }

    private String wrongStatus() {
      return "a status other than 200:\n" + otherHead;
    }

    private void end() {
      if (otherHead != null) {
        throw new WrongAnswer(run.peer(), wrongStatus());
      }
      check(inBody && bodyLength == expected.capacity(), "a shorter body");
      inBody = false;
      bodyLength = 0;
      waiting = false;
      run.answered(this, sentNanos);
    }
  }

  /** What is written while an answer is read goes out with what follows from the others. */
  @SuppressWarnings("FutureReturnValueIgnored") // A failure comes to exceptionCaught.
  private void write(ByteBuf frames) {
    channel.write(frames, channel.voidPromise());
    if (!reading) {
      channel.flush();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    ByteBuf first = context.alloc().directBuffer();
    first.writeCharSequence(PREFACE, StandardCharsets.US_ASCII);
    frame(first, SETTINGS, 0, 6).writeShort(INITIAL_WINDOW_SIZE).writeInt(WINDOW_MAX);
    frame(first, WINDOW_UPDATE, 0, 4).writeInt(WINDOW_MAX - WINDOW_BY_DEFAULT);
    write(first);
  }

  /** Begins a frame of the connection. */
  private static ByteBuf frame(ByteBuf out, int type, int flags, int length) {
    return out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(0);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    reading = true;
    super.channelRead(context, message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    reading = false;
    channel.flush();
    super.channelReadComplete(context);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (in.readableBytes() < HEAD_BYTES) {
      return;
    }
    int length = in.getUnsignedMedium(in.readerIndex());
    if (in.readableBytes() < HEAD_BYTES + length) {
      return;
    }
    int type = in.getUnsignedByte(in.readerIndex() + 3);
    int flags = in.getUnsignedByte(in.readerIndex() + 4);
    int id = in.getInt(in.readerIndex() + STREAM_AT);
    in.skipBytes(HEAD_BYTES);
    take(type, flags, id, in.readSlice(length));
  }

  private void take(int type, int flags, int id, ByteBuf payload) {
    switch (type) {
      case DATA, HEADERS -> answer(type, flags, id, payload);
      case SETTINGS -> confirm(SETTINGS, flags, Unpooled.EMPTY_BUFFER);
      case PING -> confirm(PING, flags, payload);
      case WINDOW_UPDATE -> check(payload.readableBytes() == 4, "a WINDOW_UPDATE of another size");
      default -> check(false, "a frame of type " + type);
    }
  }

  private void answer(int type, int flags, int id, ByteBuf payload) {
    int known = type == HEADERS ? END_STREAM | END_HEADERS | PRIORITY : END_STREAM;
    check((flags & ~known) == 0, "flags " + flags + " of a frame of type " + type);
    Stream stream = open.get(id);
    if (stream == null) {
      throw new WrongAnswer(run.peer(), "what was not asked");
    }
    if (type == HEADERS) {
      check((flags & END_HEADERS) != 0, "a head in several frames");
      stream.readHead((flags & PRIORITY) == 0 ? payload : payload.skipBytes(PRIORITY_BYTES));
    } else {
      giveBack(payload.readableBytes());
      stream.readBody(payload);
    }
    if ((flags & END_STREAM) != 0) {
      open.remove(id);
      stream.end();
    }
  }

  /** Tells of a header block or a body what is spelled out. */
  private static String shown(ByteBuf bytes) {
    return bytes.toString(StandardCharsets.ISO_8859_1).replaceAll("[^ -~]+", " ").strip();
  }

  private void giveBack(int length) {
    received += length;
    if (received > WINDOW_MAX / 2) {
      write(frame(channel.alloc().directBuffer(), WINDOW_UPDATE, 0, 4).writeInt(received));
      received = 0;
    }
  }

  private void confirm(int type, int flags, ByteBuf payload) {
    if ((flags & ACK) == 0) {
      ByteBuf out = channel.alloc().directBuffer();
      write(frame(out, type, ACK, payload.readableBytes()).writeBytes(payload));
    }
  }

  private void check(boolean right, String otherwise) {
    if (!right) {
      throw new WrongAnswer(run.peer(), otherwise);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    run.fail(new WrongAnswer(run.peer(), "by closing the connection"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Throwable reason = cause.getCause();
    run.fail(
        reason instanceof WrongAnswer wrong
            ? wrong
            : new WrongAnswer(run.peer(), String.valueOf(cause)));
  }
}
