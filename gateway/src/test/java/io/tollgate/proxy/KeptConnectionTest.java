package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tollgate.wire.ResponseHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is given a connection by HTTP/1.1 after its exchange has ended. */
class KeptConnectionTest {
  private static final String FORWARDED = "sendBody";

  private static final ProxyConfig ONE_CONNECTION = config(ProxyConfig.DEFAULTS);

  private final TestForwarder forwarder = new TestForwarder(ONE_CONNECTION);
  private final TargetPool pool = forwarder.pool(UpstreamProtocol.HTTP1);
  private final List<String> toldOfWaiting = new ArrayList<>();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private UpstreamConnection connection;

  private static ProxyConfig config(ProxyConfig of) {
    return new ProxyConfig(
        of.connectTimeout(),
        of.responseTimeout(),
        of.idleTimeout(),
        of.totalTimeout(),
        1,
        of.queueMax(),
        of.headerBytesMax(),
        of.headerCountMax());
  }

  @BeforeEach
  void connect() {
    connection = new UpstreamConnection(pool, channel, new ResponseHead(9), 1_000);
    channel.pipeline().addLast(connection);
    connection.setEstablished();
  }

  /** An exchange is answered on the connection while another waits for one. */
  private void answer() {
    pool.connect(forwarder.post(pool, new ArrayList<>()));
    pool.connect(forwarder.post(pool, toldOfWaiting));
    Exchange served = forwarder.post(pool, new ArrayList<>());
    served.connected(connection.take());
    served.endRequest();
    channel
        .pipeline()
        .fireChannelRead(
            Unpooled.copiedBuffer(
                "HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n", StandardCharsets.US_ASCII));
    // By the pipeline, the channel would play what is due of its own as well.
    connection.channelReadComplete(channel.pipeline().context(connection));
  }

  @AfterEach
  void stop() throws Exception {
    channel.finishAndReleaseAll();
    forwarder.close();
  }

  /** What happens in one turn of the event loop, with nothing of others between. */
  private void turn(Runnable all) throws InterruptedException {
    forwarder.eventLoop.submit(all).sync();
  }

  @Test
  void a_request_that_waits_is_given_it() throws Exception {
    turn(
        () -> {
          answer();
          channel.runPendingTasks();
          assertThat(toldOfWaiting).contains(FORWARDED);
        });
  }

  /** Where the sockets of the system itself are used, an end is told behind what came before it. */
  @Test
  void a_request_that_waits_is_not_given_one_whose_end_has_come_with_the_answer() throws Exception {
    turn(
        () -> {
          answer();
          channel.unsafe().close(channel.newPromise());
          channel.runPendingTasks();
          assertThat(toldOfWaiting).doesNotContain(FORWARDED);
        });
  }
}
