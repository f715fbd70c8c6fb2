package io.tollgate.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise: what idle connections cost is told only of those that live. */
class WebSocketsTest {
  private static final int MORE_THAN_ARE_OPENED_AT_ONCE = 150;

  @TempDir private Path directory;
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private Channel upstream;
  private KeyFile keys;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    keys = KeyFile.read(Files.writeString(directory.resolve("keys"), "key-a 1\nkey-b 2\n"));
    upstream = WebSocketEcho.listen(group, 0);
  }

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private WebSockets sockets() {
    return new WebSockets(((InetSocketAddress) upstream.localAddress()).getPort(), keys);
  }

  @Test
  void each_of_many_echoes_when_it_is_opened_and_later() {
    try (WebSockets sockets = sockets()) {
      assertThatCode(
              () -> {
                sockets.open(MORE_THAN_ARE_OPENED_AT_ONCE);
                sockets.echo();
              })
          .doesNotThrowAnyException();
    }
  }

  @Test
  void one_that_was_closed_meanwhile_is_noticed() throws InterruptedException {
    try (WebSockets sockets = sockets()) {
      sockets.open(2);
      stop();
      assertThatThrownBy(sockets::echo).hasMessageContaining("closed");
      assertThatThrownBy(() -> sockets.idle(Duration.ofMinutes(1)))
          .hasMessageContaining("while it was idle");
    }
  }

  @Test
  void a_refused_upgrade_is_a_failure() throws IOException {
    try (var refusing = new AnsweringServer(request -> AnsweringServer.status(401));
        var sockets = new WebSockets(refusing.peer(true).port(), keys)) {
      assertThatThrownBy(() -> sockets.open(1)).hasMessageContaining("401");
    }
  }

  @Test
  void the_memory_of_a_jvm_is_read_of_what_jcmd_tells() {
    String heap =
        """
        1234:
         DefNew     total 22144K, used 1024K [0x0, 0x1, 0x2)
          eden space 19712K,   5% used [0x0, 0x1, 0x2)
         Tenured    total 26624K, used 4096K [0x0, 0x1, 0x2)
         Metaspace       used 41K, committed 192K, reserved 1114112K
        """;
    assertThat(JvmMemory.heapBytes(heap)).isEqualTo(5 * 1024 * 1024);
    assertThat(JvmMemory.directBytes("- Other (reserved=9KB, committed=8KB)\n")).isEqualTo(8192);
    assertThatThrownBy(() -> JvmMemory.directBytes("Native memory tracking is not enabled"))
        .hasMessageContaining("not enabled");
  }
}
