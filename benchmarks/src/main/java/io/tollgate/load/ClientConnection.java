package io.tollgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A keep-alive connection of HTTP/1.1: sends a request, reads the answer, tells its run. Confined
 * to the event loop.
 *
 * <p>Every answer's status and length are checked; its content too where that is cheap, else of one
 * answer in {@value #COMPARED_EVERY}.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements Lane {
  private static final int COMPARED_EVERY = 16;
  private static final int COMPARED_ALWAYS_MAX = 4096;
  private static final int SHOWN_MAX = 1024;

  private final SlotRun run;
  private final Channel channel;
  private final byte[] expected;
  private final byte[] scratch = new byte[16 * 1024];
  private long sentNanos;
  private boolean waiting;
  private boolean inBody;
  private boolean comparing;
  private int headLength;
  private int bodyLength;
  private int answers;

  ClientConnection(SlotRun run, Channel channel, byte[] expected) {
    this.run = run;
    this.channel = channel;
    this.expected = expected;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // A failure comes to exceptionCaught.
  public void send(long nanos) {
    sentNanos = nanos;
    waiting = true;
    channel.writeAndFlush(run.nextRequest(channel.alloc()), channel.voidPromise());
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

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      if (!inBody) {
        readHead(in);
      }
      while (in.isReadable()) {
        readBody(in);
      }
    } catch (WrongAnswer e) {
      run.fail(e);
    } finally {
      in.release();
    }
  }

  private void readHead(ByteBuf in) {
    int length = Math.min(in.readableBytes(), scratch.length - headLength);
    in.readBytes(scratch, headLength, length);
    headLength += length;
    int end = ResponseHead.end(scratch, headLength);
    if (end == ResponseHead.INCOMPLETE) {
      check(headLength < scratch.length, "a head without an end");
      return;
    }
    check(waiting, "what was not asked");
    check(ResponseHead.isOk(scratch, end), "a status other than 200");
    int contentLength = ResponseHead.contentLength(scratch, end);
    check(contentLength == expected.length, "another Content-Length");
    inBody = true;
    comparing = expected.length <= COMPARED_ALWAYS_MAX || answers % COMPARED_EVERY == 0;
    take(end, headLength - end);
    headLength = 0;
  }

  private void readBody(ByteBuf in) {
    check(inBody, "more than its Content-Length");
    if (comparing) {
      int length = Math.min(in.readableBytes(), scratch.length);
      in.readBytes(scratch, 0, length);
      take(0, length);
    } else {
      int length = in.readableBytes();
      in.skipBytes(length);
      take(0, length);
    }
  }

  /** Takes bytes of the body, which stand in the scratch pad if they are to be compared. */
  private void take(int from, int length) {
    check(bodyLength + length <= expected.length, "more than its Content-Length");
    int to = bodyLength + length;
    check(
        !comparing || Arrays.equals(scratch, from, from + length, expected, bodyLength, to),
        "another body");
    bodyLength = to;
    if (bodyLength == expected.length) {
      inBody = false;
      waiting = false;
      bodyLength = 0;
      answers++;
      run.answered(this, sentNanos);
    }
  }

  private void check(boolean right, String otherwise) {
    if (!right) {
      throw new WrongAnswer(run.peer(), otherwise + received());
    }
  }

  /** Tells the head that is in the scratch pad, which may hold the reason as well. */
  private String received() {
    int length = Math.min(headLength, SHOWN_MAX);
    return length == 0 ? "" : ":\n" + new String(scratch, 0, length, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    run.fail(new WrongAnswer(run.peer(), "by closing the connection"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    run.fail(new WrongAnswer(run.peer(), String.valueOf(cause)));
  }
}
