package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.tollgate.wire.ResponseHead;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the other end of a connection by HTTP/2 is asked whether it is there. */
class LivenessPingTest {
  private static final Duration STEP = Duration.ofMillis(50);
  private static final Duration QUIET = LivenessPing.QUIET_MAX;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int WINDOW_UPDATE = 8;
  private static final int ACK = 1;
  private static final int FRAME_HEAD_BYTES = 9;
  private static final int PREFACE_BYTES = 24;

  private final TestForwarder forwarder = new TestForwarder(ProxyConfig.DEFAULTS);
  private final MockTicker time = Ticker.newMockTicker();
  private final ByteBuf sent = Unpooled.buffer();
  private Http2Link link;
  private EmbeddedChannel channel;

  @BeforeEach
  void connect() {
    TargetPool pool = forwarder.pool(UpstreamProtocol.HTTP2);
    link = Http2LinkBuilder.link(pool, new Http2Pads(new ResponseHead(9)), ProxyConfig.DEFAULTS);
    channel = EmbeddedChannel.builder().ticker(time).handlers(link).build();
    receive(SETTINGS, 0, new byte[0]);
    sent.skipBytes(PREFACE_BYTES);
  }

  @AfterEach
  void stop() throws Exception {
    channel.finishAndReleaseAll();
    forwarder.close();
  }

  private void request() {
    var fields = new DefaultHttp2Headers().method("GET").scheme("http").path("/").authority("t");
    link.open((Http2Carrier) link.take(), fields, true);
    link.flush();
  }

  private void receive(int type, int flags, byte[] payload) {
    ByteBuf frame = Unpooled.buffer().writeMedium(payload.length).writeByte(type).writeByte(flags);
    channel.writeInbound(frame.writeInt(0).writeBytes(payload));
    readSent();
  }

  private void acknowledge() {
    receive(PING, ACK, new byte[Long.BYTES]);
    channel.runPendingTasks();
  }

  private void pass(Duration passing) {
    for (long left = passing.toNanos(); left > 0; left -= STEP.toNanos()) {
      time.advance(Math.min(left, STEP.toNanos()), TimeUnit.NANOSECONDS);
      channel.runPendingTasks();
    }
  }

  private void readSent() {
    for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
      sent.writeBytes(piece);
      piece.release();
    }
  }

  /** Returns how many were sent since that was asked the last time. */
  private int pings() {
    readSent();
    int pings = 0;
    while (sent.isReadable()) {
      int length = sent.readUnsignedMedium();
      int type = sent.readByte();
      int flags = sent.readByte();
      sent.skipBytes(FRAME_HEAD_BYTES - 5 + length);
      pings += type == PING && flags == 0 ? 1 : 0;
    }
    return pings;
  }

  @Test
  void where_nobody_asks_for_anything_nobody_is_asked() {
    request();
    receive(WINDOW_UPDATE, 0, new byte[] {0, 0, 0, 1});
    pass(Duration.ofMinutes(10));
    assertThat(pings()).isZero();
    assertThat(link.hasRoom()).isTrue();
  }

  @Test
  void it_is_asked_once_when_nothing_came_for_long_and_gets_no_request_meanwhile() {
    request();
    pass(QUIET.minus(STEP));
    assertThat(pings()).isZero();
    assertThat(link.hasRoom()).isTrue();
    pass(STEP);
    assertThat(pings()).isEqualTo(1);
    assertThat(link.hasRoom()).isFalse();
    pass(LivenessPing.ANSWER_MAX);
    assertThat(pings()).isZero();
  }

  @Test
  void without_an_answer_it_is_closed() {
    request();
    pass(QUIET.plus(LivenessPing.ANSWER_MAX));
    assertThat(channel.isOpen()).isTrue();
    pass(Duration.ofMillis(100));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void a_small_body_gives_it_no_more_time_to_answer() {
    request();
    link.liveness().sent(LivenessPing.UPLOAD_BYTES);
    pass(QUIET.plus(LivenessPing.ANSWER_MAX).plus(Duration.ofMillis(100)));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void an_upload_gives_it_time_to_answer() {
    request();
    link.liveness().sent(LivenessPing.UPLOAD_BYTES + 1);
    pass(QUIET.plus(LivenessPing.ANSWER_MAX_OF_UPLOAD));
    assertThat(channel.isOpen()).isTrue();
    pass(Duration.ofMillis(100));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void an_answer_that_lay_there_while_the_event_loop_was_held_up_counts() {
    request();
    pass(QUIET);
    time.advance(1, TimeUnit.MINUTES);
    channel.runPendingTasks();
    acknowledge();
    pass(Duration.ofMinutes(1));
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void with_an_answer_it_is_kept_and_gets_requests_again() {
    request();
    pass(QUIET);
    acknowledge();
    assertThat(link.hasRoom()).isTrue();
    pass(Duration.ofMinutes(1));
    assertThat(channel.isOpen()).isTrue();
    assertThat(pings()).isEqualTo(1);
  }

  @Test
  void it_is_asked_ever_more_rarely_and_left_at_last_with_what_it_has() {
    request();
    pass(QUIET);
    acknowledge();
    request();
    pass(QUIET.multipliedBy(4).minus(STEP));
    assertThat(pings()).isEqualTo(1);
    pass(STEP);
    acknowledge();
    assertThat(pings()).isEqualTo(1);
    request();
    pass(QUIET.multipliedBy(16));
    assertThat(pings()).isZero();
    assertThat(link.isOpen()).as("takes more").isFalse();
    assertThat(channel.isOpen()).as("ends what it has").isTrue();
  }

  @Test
  void what_comes_of_a_response_lets_it_be_asked_anew() {
    for (int i = 0; i < 2 * LivenessPing.PINGS_MAX; i++) {
      request();
      pass(QUIET);
      assertThat(pings()).as("the %d. time", i + 1).isEqualTo(1);
      acknowledge();
      link.liveness().served();
    }
    assertThat(link.hasRoom()).isTrue();
  }
}
