package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.tollgate.tls.ClientCertificates;
import io.tollgate.tls.Identity;
import io.tollgate.tls.ListenerTls;
import io.tollgate.tls.TestAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * h2spec, which tries a server by each sentence of the specification of HTTP/2, has nothing to say
 * against the edge. Its requests carry no key; what they are answered is of no matter to it.
 */
class Http2SpecTest {
  private static final String PROGRAM = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";
  private static final int CASES_MIN = 140;
  private static final Pattern SUMMARY =
      Pattern.compile("([0-9]+) tests, ([0-9]+) passed, ([0-9]+) skipped, ([0-9]+) failed");

  @TempDir static Path directory;
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static EchoUpstream upstream;
  private static Identity gate;

  @BeforeAll
  static void start() throws IOException {
    String machine = System.getProperty("os.name") + ' ' + System.getProperty("os.arch");
    assumeTrue(
        machine.equals("Linux amd64"), "this machine has no h2spec, which is there for x86-64");
    unpack();
    gate = new TestAuthority(directory).issue("gate");
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    upstream = new EchoUpstream();
  }

  private static void unpack() throws IOException {
    try (InputStream packed = Http2SpecTest.class.getResourceAsStream(PROGRAM);
        var tar = new TarArchiveInputStream(new GzipCompressorInputStream(packed))) {
      TarArchiveEntry entry = tar.getNextEntry();
      while (!entry.getName().endsWith("h2spec")) {
        entry = tar.getNextEntry();
      }
      Path program = directory.resolve("h2spec");
      Files.copy(tar, program);
      assertThat(program.toFile().setExecutable(true)).isTrue();
    }
  }

  @AfterAll
  static void stop() {
    if (upstream != null) {
      upstream.close();
      redis.close();
      postgres.close();
    }
  }

  private static EdgeConfig edge() {
    return new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(1), ClientBounds.DEFAULTS)
        .with(Http2Bounds.DEFAULTS.withCleartext());
  }

  private static String run(EdgeConfig config, String... options) throws Exception {
    try (var edge =
        new RunningGateway(
            postgres,
            redis,
            config,
            ProxyConfig.DEFAULTS,
            LimitConfig.UNLIMITED,
            upstream.route("/"))) {
      List<String> command = new ArrayList<>();
      command.add(directory.resolve("h2spec").toString());
      command.addAll(List.of("-h", "127.0.0.1", "-p", String.valueOf(edge.gateway.port())));
      command.addAll(List.of(options));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      return told;
    }
  }

  private static void assertAllPassed(String told) {
    Matcher summary = SUMMARY.matcher(told);
    assertThat(summary.find()).as(told).isTrue();
    System.out.println("h2spec: " + summary.group());
    assertThat(Integer.parseInt(summary.group(1))).isGreaterThanOrEqualTo(CASES_MIN);
    assertThat(summary.group(4)).as(told).isEqualTo("0");
  }

  @Test
  void without_tls_all_of_the_specification_holds() throws Exception {
    assertAllPassed(run(edge(), "-S"));
  }

  @Test
  void by_tls_all_of_the_specification_holds() throws Exception {
    var tls = new ListenerTls(gate, null, ClientCertificates.REQUIRED);
    assertAllPassed(run(edge().with(tls), "-S", "-t", "-k"));
  }
}
