package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a request's body whose upstream does not take it. */
class ExchangeBodyTest {
  private final TestForwarder forwarder = new TestForwarder(ProxyConfig.DEFAULTS);
  private final List<String> told = new ArrayList<>();
  private final RecordingCarrier carrier = new RecordingCarrier();
  private final ByteBuf waiting = Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII);
  private Exchange exchange;

  @BeforeEach
  void connect() {
    exchange = forwarder.post(forwarder.pool(UpstreamProtocol.HTTP1), told);
    exchange.connected(carrier);
    carrier.writable = false;
    exchange.data(waiting);
    assertThat(carrier.written).isEmpty();
    told.clear();
  }

  @AfterEach
  void stop() throws Exception {
    exchange.abandon();
    forwarder.close();
  }

  @Test
  void it_goes_on_when_the_upstream_takes_more_and_the_client_is_asked_for_more() {
    carrier.writable = true;
    exchange.upstreamWritable();
    assertThat(carrier.written).containsExactly("x");
    assertThat(told).containsExactly("resume");
  }

  @Test
  void it_goes_before_the_end_of_the_body() {
    exchange.endRequest();
    assertThat(carrier.written).containsExactly("x");
  }

  @Test
  void it_is_let_go_of_when_the_answer_has_come_whole() {
    exchange.finish();
    assertThat(waiting.refCnt()).isZero();
  }

  @Test
  void it_is_let_go_of_when_the_client_leaves() {
    exchange.abandon();
    assertThat(waiting.refCnt()).isZero();
  }
}
