package io.tollgate.meter;

import static io.tollgate.meter.MeteredPlace.KEY;
import static io.tollgate.meter.MeteredPlace.NOON;
import static io.tollgate.meter.MeteredPlace.OTHER_SUBJECT;
import static io.tollgate.meter.MeteredPlace.PLAN;
import static io.tollgate.meter.MeteredPlace.SUBJECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.key.KeyId;
import io.tollgate.store.Awaiting;
import io.tollgate.store.UsageBatch;
import io.tollgate.store.UsageCount;
import io.tollgate.store.UsageRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in segments while no ledger takes them, and what of it a killed process leaves. */
class SegmentTest {
  private final MeteredPlace place = new MeteredPlace(new AwayLedger());

  @AfterEach
  void remove() {
    place.close();
  }

  private List<UsageBatch> closed() {
    List<UsageBatch> batches = new ArrayList<>();
    for (Path file : place.files(".closed")) {
      batches.add(read(file));
    }
    return batches;
  }

  private static UsageBatch read(Path file) {
    try {
      return Objects.requireNonNull(Segments.read(MeterDirectory.read(file)), file.toString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static long sum(List<UsageBatch> batches, UsageCount count) {
    return batches.stream()
        .flatMap(batch -> batch.rows().stream())
        .mapToLong(row -> row.count(count))
        .sum();
  }

  private double lost() {
    return place.metrics.get("tollgate.meter.lost").functionCounter().count();
  }

  @Test
  void each_count_stands_in_the_row_of_its_key_subject_and_plan() {
    UsageMeter meter = place.open();
    LoopMeter loop = meter.loop();
    loop.verified(KEY, SUBJECT, PLAN, 1);
    loop.verified(KEY, SUBJECT, PLAN, 2);
    loop.refused(KEY, SUBJECT, PLAN, 1);
    loop.answered(KEY, SUBJECT, PLAN, 204, 4);
    loop.answered(KEY, SUBJECT, PLAN, 304, 5);
    loop.answered(KEY, SUBJECT, PLAN, 404, 6);
    loop.answered(KEY, SUBJECT, PLAN, 599, 7);
    loop.answered(KEY, SUBJECT, PLAN, 101, 8);
    loop.unanswered(KEY, SUBJECT, PLAN, 9);
    loop.verified(KEY, SUBJECT, "", 10);
    loop.verified(KEY, OTHER_SUBJECT, PLAN, 11);
    place.passSecond(loop);
    place.awaitClosed(1);
    UsageBatch batch = closed().get(0);
    assertThat(batch.sequence()).isEqualTo(1);
    assertThat(batch.minute()).isEqualTo(NOON / 60_000);
    assertThat(batch.usedMillis()).isEqualTo(NOON + 1_000);
    assertThat(batch.rows().stream().map(UsageRow::toString))
        .containsExactly(
            KEY + " of " + SUBJECT + " under '" + PLAN + "': [3, 1, 8, 4, 5, 6, 7, 9]",
            KEY + " of " + SUBJECT + " under '': [10, 0, 0, 0, 0, 0, 0, 0]",
            KEY + " of " + OTHER_SUBJECT + " under '" + PLAN + "': [11, 0, 0, 0, 0, 0, 0, 0]");
    MeteredPlace.kill(meter);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 10, 63, 64, 65, 130})
  void a_process_that_is_killed_after_any_number_of_writes_loses_none_of_them(int writes) {
    UsageMeter killed = place.open();
    LoopMeter loop = killed.loop();
    for (int write = 0; write < writes; write++) {
      loop.verified(new KeyId(write % 70, 7), SUBJECT, PLAN, 1);
    }
    MeteredPlace.kill(killed);
    MeteredPlace.kill(place.open());
    assertThat(sum(closed(), UsageCount.VERIFIED)).isEqualTo(writes);
    assertThat(place.files(".open")).hasSize(LoopSegments.COUNT);
  }

  @Test
  void a_segment_that_is_cut_at_any_word_gives_the_rows_that_were_whole() throws IOException {
    Path file = Files.createTempFile(place.directory, "cut", ".segment");
    OpenSegment whole = OpenSegment.create(file, UUID.randomUUID(), 5, 3);
    whole.begin(100, 0);
    whole.number(9);
    for (int row = 0; row < 3; row++) {
      whole.add(whole.addRow(new KeyId(row, row), SUBJECT, PLAN), 0, 10);
    }
    int end = Layout.bytes(3);
    for (int cut = Layout.HEAD_BYTES; cut <= end; cut += Long.BYTES) {
      ByteBuffer torn = ByteBuffer.allocateDirect(end);
      torn.put(0, whole.bytes(), 0, cut);
      UsageBatch read = Objects.requireNonNull(Segments.read(Segments.closed(torn, 0)));
      int rowsWhole = (cut - Layout.HEAD_BYTES - Layout.COUNTS_AT) / Layout.ROW_BYTES;
      boolean hasOne = cut - Layout.HEAD_BYTES >= Layout.COUNTS_AT;
      assertThat(read.rows()).as("cut at %d", cut).hasSize(hasOne ? rowsWhole + 1 : 0);
      assertThat(read.sequence()).isEqualTo(9);
    }
  }

  @Test
  void no_bit_of_a_closed_segment_can_change_unseen() throws IOException {
    Path file = Files.createTempFile(place.directory, "bits", ".segment");
    OpenSegment open = OpenSegment.create(file, UUID.randomUUID(), 5, 2);
    open.begin(100, 3);
    open.number(9);
    open.add(open.addRow(KEY, SUBJECT, PLAN), 0, 10);
    ByteBuffer closed = Segments.closed(open.bytes(), 1);
    for (int bit = 0; bit < closed.capacity() * Byte.SIZE; bit++) {
      int at = bit / Byte.SIZE;
      byte mask = (byte) (1 << (bit % Byte.SIZE));
      closed.put(at, (byte) (closed.get(at) ^ mask));
      assertThat(Segments.read(closed)).as("bit %d", bit).isNull();
      closed.put(at, (byte) (closed.get(at) ^ mask));
    }
    assertThat(Segments.read(closed)).isNotNull();
  }

  @Test
  void what_stood_in_a_place_before_is_no_row_of_the_segment_that_stands_there_now()
      throws IOException {
    Path file = Files.createTempFile(place.directory, "stale", ".segment");
    OpenSegment open = OpenSegment.create(file, UUID.randomUUID(), 5, 2);
    open.begin(100, 0);
    open.number(9);
    open.add(open.addRow(KEY, SUBJECT, PLAN), 0, 10);
    // As after a loss of power: the head is of the next segment, the row of the one before.
    open.number(10);
    UsageBatch read = Objects.requireNonNull(Segments.read(Segments.closed(open.bytes(), 1)));
    assertThat(read.rows()).isEmpty();
  }

  @Test
  void a_full_segment_is_followed_by_the_next_number() {
    place.segmentRows = 4;
    UsageMeter meter = place.open();
    LoopMeter loop = meter.loop();
    for (int key = 0; key < 9; key++) {
      loop.verified(new KeyId(key, key), SUBJECT, PLAN, 1);
    }
    place.awaitClosed(2);
    place.passSecond(loop);
    place.awaitClosed(3);
    assertThat(closed()).extracting(UsageBatch::sequence).containsExactly(1L, 2L, 3L);
    assertThat(closed()).extracting(batch -> batch.rows().size()).containsExactly(4, 4, 1);
    MeteredPlace.kill(meter);
  }

  @Test
  void a_segment_never_has_counts_of_two_minutes() {
    UsageMeter meter = place.open();
    LoopMeter loop = meter.loop();
    place.millis.set(NOON + 59_999);
    loop.verified(KEY, SUBJECT, PLAN, 1);
    place.millis.set(NOON + 60_000);
    loop.verified(KEY, SUBJECT, PLAN, 10);
    place.passSecond(loop);
    place.awaitClosed(2);
    assertThat(closed())
        .extracting(UsageBatch::minute)
        .containsExactly(NOON / 60_000, NOON / 60_000 + 1);
    assertThat(closed()).extracting(UsageBatch::units).containsExactly(1L, 10L);
    assertThat(closed().get(0).usedMillis()).isEqualTo(NOON + 59_999);
    MeteredPlace.kill(meter);
  }

  @Test
  void a_loop_that_has_nothing_to_count_makes_no_segment() {
    UsageMeter meter = place.open();
    LoopMeter loop = meter.loop();
    loop.verified(KEY, SUBJECT, PLAN, 1);
    for (int second = 0; second < 100; second++) {
      place.passSecond(loop);
    }
    place.awaitClosed(1);
    MeteredPlace.kill(meter);
    MeteredPlace.kill(place.open());
    assertThat(place.files(".closed")).hasSize(1);
  }

  @Test
  void two_loops_count_the_same_key_apart_and_are_numbered_together() {
    place.loops = 2;
    UsageMeter meter = place.open();
    LoopMeter one = meter.loop();
    LoopMeter other = meter.loop();
    one.verified(KEY, SUBJECT, PLAN, 1);
    other.verified(KEY, SUBJECT, PLAN, 10);
    place.passSecond(one);
    other.tick();
    place.awaitClosed(2);
    assertThat(closed()).extracting(UsageBatch::sequence).containsExactly(1L, 2L);
    assertThat(closed()).extracting(UsageBatch::units).containsExactlyInAnyOrder(1L, 10L);
    MeteredPlace.kill(meter);
  }

  @Test
  void each_start_has_a_number_of_its_own_in_a_place_that_keeps_its_name() {
    for (int start = 0; start < 3; start++) {
      UsageMeter meter = place.open();
      LoopMeter loop = meter.loop();
      loop.verified(KEY, SUBJECT, PLAN, 1);
      MeteredPlace.kill(meter);
    }
    MeteredPlace.kill(place.open());
    assertThat(closed()).extracting(UsageBatch::instance).containsOnly(closed().get(0).instance());
    assertThat(closed()).extracting(UsageBatch::boot).doesNotHaveDuplicates().isSorted();
    assertThat(closed()).extracting(UsageBatch::sequence).containsOnly(1L);
  }

  @Test
  void a_foreign_file_is_set_aside_and_stops_nothing() throws IOException {
    MeteredPlace.kill(place.open());
    Files.writeString(place.directory.resolve("0-9.open"), "no segment ".repeat(40));
    Files.writeString(place.directory.resolve("9-9.closed"), "no segment either");
    UsageMeter meter = place.open();
    assertThat(place.directory.resolve("aside")).isDirectoryContaining("glob:**0-9.open");
    assertThat(place.files("0-9.open")).isEmpty();
    LoopMeter loop = meter.loop();
    loop.verified(KEY, SUBJECT, PLAN, 1);
    place.passSecond(loop);
    Awaiting.until(
        "both are set aside",
        () -> place.metrics.get("tollgate.meter.aside").counter().count() == 1);
    place.awaitClosed(1);
    assertThat(closed()).extracting(UsageBatch::units).containsExactly(1L);
    MeteredPlace.kill(meter);
  }

  @Test
  void a_second_process_on_the_directory_is_told_so() throws IOException {
    UsageMeter meter = place.open();
    assertThatThrownBy(place::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("another process meters in")
        .hasMessageContaining("data-dir");
    MeteredPlace.kill(meter);
    try (var channel =
        FileChannel.open(place.directory.resolve("lock"), StandardOpenOption.WRITE)) {
      assertThat(channel.tryLock()).isNotNull();
    }
  }

  @Test
  void a_spoiled_name_of_the_place_stops_the_start() throws IOException {
    MeteredPlace.kill(place.open());
    Files.writeString(place.directory.resolve("instance"), "no uuid");
    assertThatThrownBy(place::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must hold a UUID");
  }

  @Test
  void where_nothing_more_fits_requests_pass_and_what_is_lost_is_counted() {
    place.segmentRows = 4_096;
    place.spoolBytesMax = 1 << 20;
    UsageMeter meter = place.open();
    LoopMeter loop = meter.loop();
    long counted = 0;
    for (long key = 0; lost() == 0; key++) {
      assertThat(key).isLessThan(100_000);
      assertThat(loop.isRefusing()).isFalse();
      loop.verified(new KeyId(key, key), SUBJECT, PLAN, 1);
      counted++;
    }
    assertThat(counted).isGreaterThan(4_096L);
    MeteredPlace.kill(meter);
    place.spoolBytesMax = MeterConfig.SPOOL_BYTES_MAX;
    MeteredPlace.kill(place.open());
    assertThat(sum(closed(), UsageCount.VERIFIED)).isEqualTo(counted - 1);
  }

  @Test
  void a_loss_stands_in_the_next_segment() {
    place.segmentRows = 1;
    UsageMeter meter = place.open();
    LoopMeter loop = meter.loop();
    loop.verified(KEY, SUBJECT, "a plan version that is much too long", 3);
    loop.verified(KEY, SUBJECT, PLAN, 1);
    place.passSecond(loop);
    loop.verified(KEY, SUBJECT, PLAN, 1);
    place.passSecond(loop);
    place.awaitClosed(2);
    assertThat(closed()).extracting(UsageBatch::lost).containsExactly(0L, 3L);
    MeteredPlace.kill(meter);
  }

  @Test
  void where_nothing_more_fits_requests_are_refused_if_that_was_asked_for() {
    place.segmentRows = 4_096;
    place.spoolBytesMax = 1 << 20;
    place.whenFull = WhenFull.REFUSE;
    UsageMeter meter = place.open();
    LoopMeter loop = meter.loop();
    long key = 0;
    for (; !loop.isRefusing(); key++) {
      assertThat(key).isLessThan(100_000);
      loop.verified(new KeyId(key, key), SUBJECT, PLAN, 1);
    }
    // Those that are under way still have room.
    for (int underWay = 0; underWay < 1_000; underWay++) {
      loop.answered(new KeyId(underWay, -1), SUBJECT, PLAN, 200, 1);
    }
    assertThat(lost()).isZero();
    MeteredPlace.kill(meter);
  }
}
