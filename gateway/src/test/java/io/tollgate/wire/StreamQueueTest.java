package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When whoever brings a body has to pause. */
class StreamQueueTest {
  private static final int LARGE = 16 * 1024;
  private final StreamQueue queue = new StreamQueue();

  private int addUntilFull(int pieceBytes) {
    int pieces = 0;
    while (!queue.isFull()) {
      queue.add(pieceBytes);
      pieces++;
    }
    return pieces;
  }

  @Test
  void it_is_full_by_its_bytes() {
    assertThat(addUntilFull(LARGE)).isEqualTo(4);
  }

  @Test
  void it_is_full_by_its_pieces_however_small_they_are() {
    assertThat(addUntilFull(1)).isBetween(100, 1_000);
  }

  @Test
  void there_is_room_again_once_half_of_it_is_left_which_is_told_once() {
    addUntilFull(LARGE);
    assertThat(queue.remove(LARGE)).isFalse();
    assertThat(queue.isFull()).isTrue();
    assertThat(queue.remove(LARGE)).isFalse();
    assertThat(queue.remove(LARGE)).isTrue();
    assertThat(queue.isFull()).isFalse();
    assertThat(queue.remove(LARGE)).isFalse();
    assertThat(addUntilFull(LARGE)).as("it is as empty as before").isEqualTo(4);
  }
}
