package io.tollgate.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is read of threads that come and go. */
class ProcessThreadsTest {
  private static final long SELF = ProcessHandle.current().pid();

  @Test
  void one_that_ends_takes_no_others_with_it() {
    List<Path> asked = new ArrayList<>();
    Map<Path, Long> read =
        ProcessThreads.read(
            SELF,
            thread -> {
              asked.add(thread);
              if (asked.size() == 1) {
                throw new IOException("No such process");
              }
              return OptionalLong.of(7);
            });
    assertThat(asked).hasSizeGreaterThan(1);
    assertThat(read.keySet()).containsExactlyInAnyOrderElementsOf(asked.subList(1, asked.size()));
    assertThat(read.values()).containsOnly(7L);
  }

  @Test
  void of_a_process_that_is_gone_there_is_nothing() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    assertThat(ProcessThreads.read(gone.pid(), thread -> OptionalLong.of(1))).isEmpty();
  }

  @Test
  void the_longest_wait_is_of_a_thread_that_was_there_all_the_time() {
    Path one = Path.of("1");
    Path other = Path.of("2");
    Path late = Path.of("3");
    assertThat(
            RunQueues.mostNanos(
                Map.of(one, 10L, other, 100L), Map.of(one, 40L, other, 105L, late, 900L)))
        .isEqualTo(30);
  }
}
