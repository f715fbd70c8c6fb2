package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.store.Awaiting;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Names that stand in the file of hosts are what it says now, and not what it said at the start.
 */
class HostsFileTest {
  private static final String OF_THE_JVM = "vertx.disableDnsResolver";

  @TempDir Path directory;

  private static InetAddress resolve(Vertx vertx) throws Exception {
    return ((VertxInternal) vertx)
        .nameResolver()
        .resolve("api.internal")
        .await(10, TimeUnit.SECONDS);
  }

  /** Makes one that looks names up by itself, as those of processes do and those of tests don't. */
  private static Vertx vertx(VertxOptions options) {
    String before = System.getProperty(OF_THE_JVM);
    System.clearProperty(OF_THE_JVM);
    try {
      return Vertx.vertx(options);
    } finally {
      if (before != null) {
        System.setProperty(OF_THE_JVM, before);
      }
    }
  }

  @Test
  void a_change_of_the_file_is_seen() throws Exception {
    Path hosts = Files.writeString(directory.resolve("hosts"), "10.0.0.1 api.internal\n");
    Settings settings = Settings.read(Map.of("TOLLGATE_PROXY_RESOLVE_INTERVAL", "100ms"));
    VertxOptions options = Serving.options(settings);
    options.getAddressResolverOptions().setHostsPath(hosts.toString());
    Vertx vertx = vertx(options);
    try {
      assertThat(resolve(vertx)).isEqualTo(InetAddress.getByName("10.0.0.1"));
      Files.writeString(hosts, "10.0.0.2 api.internal\n");
      InetAddress changed = InetAddress.getByName("10.0.0.2");
      Awaiting.until("the change is seen", () -> resolve(vertx).equals(changed));
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }
}
