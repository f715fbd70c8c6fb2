package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.tollgate.wire.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keeps what it is given of a request's body, and takes more of it or does not as a test says. */
final class RecordingCarrier implements Carrier {
  final List<String> written = new ArrayList<>();
  boolean writable = true;

  @Override
  public void begin(Exchange served, RequestHead request) {}

  @Override
  public void writeHead(ByteBuf head) {
    head.release();
  }

  @Override
  public void writeBody(ByteBuf piece) {
    written.add(piece.toString(StandardCharsets.US_ASCII));
    piece.release();
  }

  @Override
  public void endBody() {}

  @Override
  public void flush() {}

  @Override
  public boolean isWritable() {
    return writable;
  }

  @Override
  public void pause() {}

  @Override
  public void resume() {}

  @Override
  public void discard() {}
}
