package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an earlier run left in its pid file: its server, a stranger with that number, nobody. */
class LeftoverTest {
  @TempDir private Path directory;

  /** Starts a process whose command line holds the directory, as a server's does. */
  private Process start() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    return new ProcessBuilder("tail", "-f", file.toString()).start();
  }

  private Path pidFile(String content) throws IOException {
    return Files.writeString(directory.resolve("server.pid"), content);
  }

  @Test
  void a_server_that_is_still_there_is_ended() throws Exception {
    Process server = start();
    Path pidFile = pidFile(server.pid() + "\n" + directory + "\n");

    Leftover.clear(pidFile, directory.toString());

    assertThat(server.waitFor()).isNotZero();
    assertThat(pidFile).doesNotExist();
  }

  @Test
  void a_stranger_that_was_given_its_number_lives_on() throws Exception {
    Process stranger = start();
    try {
      Path pidFile = pidFile(Long.toString(stranger.pid()));

      Leftover.clear(pidFile, directory.resolve("another").toString());

      assertThat(stranger.isAlive()).isTrue();
      assertThat(pidFile).doesNotExist();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void a_file_that_names_nobody_is_removed() throws IOException {
    for (String content : new String[] {"", "nonsense", "-1", "999999999"}) {
      Path pidFile = pidFile(content);

      Leftover.clear(pidFile, directory.toString());

      assertThat(pidFile).doesNotExist();
    }
  }
}
