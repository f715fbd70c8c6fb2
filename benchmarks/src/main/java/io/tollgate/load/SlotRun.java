package io.tollgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A slot as it runs: ramp, then the window that counts, then the last answers. Confined to the
 * event loop.
 */
final class SlotRun {
  private static final Duration DRAIN_DEADLINE = Duration.ofSeconds(10);

  private enum Phase {
    RAMP,
    WINDOW,
    DRAIN
  }

  private final Slot slot;
  private final Requests requests;
  private final byte[] expected;
  private final EventLoop loop;
  private final Meters meters;
  private final List<Lane> lanes = new ArrayList<>();
  private final Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
  private final CompletableFuture<SlotResult> result = new CompletableFuture<>();
  private final @Nullable Arrivals arrivals;
  private Phase phase = Phase.RAMP;
  private long windowNanos;
  private long windowEndNanos;
  private long answered;
  private Meters.@Nullable Reading used;

  SlotRun(Slot slot, Requests requests, byte[] expected, EventLoop loop, Meters meters) {
    this.slot = slot;
    this.requests = requests;
    this.expected = expected;
    this.loop = loop;
    this.meters = meters;
    arrivals = slot.isOpenLoop() ? new Arrivals(loop, slot.rate()) : null;
  }

  CompletableFuture<SlotResult> result() {
    return result;
  }

  Peer peer() {
    return slot.peer();
  }

  ByteBuf nextRequest(ByteBufAllocator allocator) {
    return requests.next(allocator);
  }

  /**
   * Takes a new connection; the last one starts the slot.
   *
   * @param streams how many it has at once, of HTTP/2; 0 for HTTP/1.1
   */
  ChannelHandler connection(Channel channel, int streams) {
    if (streams == 0) {
      var connection = new ClientConnection(this, channel, expected);
      lanes.add(connection);
      return connection;
    }
    var connection = new Http2Connection(this, channel, expected, streams);
    lanes.addAll(connection.lanes());
    return connection;
  }

  void start() {
    for (Lane lane : lanes) {
      goOn(lane);
    }
    if (arrivals != null) {
      arrivals.start();
    }
    after(slot.ramp(), this::openWindow);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // None is called off: each looks where the run is.
  private void after(Duration delay, Runnable step) {
    loop.schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void goOn(Lane lane) {
    if (arrivals == null) {
      lane.send(System.nanoTime());
    } else {
      arrivals.free(lane);
    }
  }

  private void openWindow() {
    phase = Phase.WINDOW;
    used = meters.read();
    windowNanos = System.nanoTime();
    after(slot.length(), this::closeWindow);
  }

  private void closeWindow() {
    windowEndNanos = System.nanoTime();
    phase = Phase.DRAIN;
    if (used != null) {
      used = meters.read().since(used);
    }
    if (arrivals != null) {
      arrivals.stop();
    }
    after(DRAIN_DEADLINE, () -> fail(new WrongAnswer(peer(), "not at all within the deadline")));
    endIfDrained();
  }

  void answered(Lane lane, long sentNanos) {
    long nowNanos = System.nanoTime();
    if (phase == Phase.WINDOW) {
      answered++;
    }
    if (counts(sentNanos)) {
      latencies.recordValue(Math.min(nowNanos - sentNanos, latencies.getHighestTrackableValue()));
    }
    if (phase != Phase.DRAIN || (arrivals != null && !arrivals.isEmpty())) {
      goOn(lane);
    } else {
      endIfDrained();
    }
  }

  /** By when it was sent, so that the slowest, which come after the window, are not left out. */
  private boolean counts(long sentNanos) {
    return switch (phase) {
      case RAMP -> false;
      case WINDOW -> sentNanos - windowNanos >= 0;
      case DRAIN -> sentNanos - windowNanos >= 0 && sentNanos - windowEndNanos < 0;
    };
  }

  private void endIfDrained() {
    if (lanes.stream().anyMatch(Lane::isWaiting) || used == null) {
      return;
    }
    double seconds = (windowEndNanos - windowNanos) / 1e9;
    end();
    result.complete(SlotResult.of(slot, seconds, answered, used, latencies));
  }

  /** Ends the slot without a figure, unless it has ended. */
  void fail(RuntimeException cause) {
    if (result.isDone()) {
      return;
    }
    if (arrivals != null) {
      arrivals.stop();
    }
    result.completeExceptionally(cause);
    end();
  }

  private void end() {
    lanes.forEach(Lane::close);
  }
}
