package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The goal: a program on a leash ends with its holder and not before. That it also does so where
 * the holder is killed, and in order, is shown on the real servers by {@link DevTest}.
 */
class LeashTest {
  private static final int GRACE_SECONDS = 1;
  private static final String WAIT = "exec tail -f /dev/null";

  @TempDir private Path directory;
  private final Deque<Leash> started = new ArrayDeque<>();

  @AfterEach
  void letGo() {
    started.forEach(Leash::stop);
  }

  private Leash start(String script, String... arguments) {
    List<String> command = List.of("/bin/sh", "-c", script, "program", String.join(" ", arguments));
    Leash leash = Leash.start(command, directory, directory.resolve("log"), GRACE_SECONDS);
    started.push(leash);
    return leash;
  }

  /** Starts a script whose process number is then known. */
  private Leash startKnown(String before, String after) {
    // Renamed, so that no half of it is ever read.
    return start(before + "; echo $$ >new; mv new pid; " + after);
  }

  private ProcessHandle program() throws IOException {
    Path file = directory.resolve("pid");
    Awaiting.until("the program runs", () -> Files.exists(file));
    return ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).orElseThrow();
  }

  private String log() throws IOException {
    return Files.readString(directory.resolve("log"));
  }

  @Test
  void the_exit_code_of_a_program_that_ends_by_itself_is_told() {
    assertThat(start("exit 7").await(10)).isEqualTo(7);
  }

  @Test
  void arguments_reach_the_program_as_they_are() throws IOException {
    assertThat(start("echo \"$1\"", "a  $b", "'c' *").await(10)).isZero();
    assertThat(log()).isEqualTo("a  $b 'c' *\n");
  }

  @Test
  void a_program_that_does_not_listen_is_killed_after_its_grace() throws IOException {
    Leash leash = startKnown("trap '' INT TERM", WAIT);
    ProcessHandle program = program();

    leash.stop();

    assertThat(program.isAlive()).isFalse();
    assertThat(leash.isAlive()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  void a_signal_to_the_leash_ends_neither_it_nor_the_program(String signal) throws Exception {
    Leash leash = startKnown(":", WAIT);
    ProcessHandle program = program();
    long shell = program.parent().orElseThrow().pid();

    new ProcessBuilder("kill", "-" + signal, Long.toString(shell)).start().waitFor();
    // The shell answers for the signal before it looks at its stdin's end.
    assertThat(leash.isAlive()).isTrue();
    assertThat(program.isAlive()).isTrue();
    leash.stop();

    assertThat(program.isAlive()).isFalse();
  }

  @Test
  void a_program_shares_no_terminal_with_its_holder() throws Exception {
    Leash leash = startKnown(":", WAIT);
    String own = processGroup(ProcessHandle.current().pid());

    assertThat(processGroup(program().pid())).isNotEqualTo(own);
    leash.stop();
  }

  private static String processGroup(long pid) throws IOException {
    Process ps = new ProcessBuilder("ps", "-o", "pgid=", "-p", Long.toString(pid)).start();
    return new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
