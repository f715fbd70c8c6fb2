package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PfxOptions;
import io.vertx.sqlclient.Pool;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores are reached by TLS, and only those whose certificate is vouched for. */
class StoreTlsTest {
  private static final String STORE_PASSWORD = "changeit";

  @TempDir static Path directory;
  private static Path keyStore;
  private static Path certificate;
  private static Path otherCertificate;
  private static Vertx vertx;

  @BeforeAll
  static void makeCertificates() throws Exception {
    keyStore = makeKeyStore("server");
    certificate = exportCertificate(keyStore);
    otherCertificate = exportCertificate(makeKeyStore("other"));
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  private static Path makeKeyStore(String name) throws Exception {
    Path file = directory.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                (Path.of(System.getProperty("java.home"), "bin", "keytool")
                        + " -genkeypair -alias tls -keyalg EC -dname CN=localhost -validity 2"
                        + " -ext san=dns:localhost,ip:127.0.0.1 -storetype PKCS12 -storepass "
                        + STORE_PASSWORD
                        + " -keystore "
                        + file)
                    .split(" ", -1))
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(output).isZero();
    return file;
  }

  private static KeyStore load(Path file) throws Exception {
    return KeyStore.getInstance(file.toFile(), STORE_PASSWORD.toCharArray());
  }

  private static Path exportCertificate(Path from) throws Exception {
    byte[] bytes = load(from).getCertificate("tls").getEncoded();
    return pem(Path.of(from + ".pem"), "CERTIFICATE", bytes);
  }

  private static Path pem(Path file, String kind, byte[] bytes) throws Exception {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    String text = "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  @Test
  void postgres_is_asked_by_tls_and_its_certificate_and_name_are_checked() throws Exception {
    byte[] privateKey = load(keyStore).getKey("tls", STORE_PASSWORD.toCharArray()).getEncoded();
    Path key = pem(directory.resolve("server.key"), "PRIVATE KEY", privateKey);
    try (EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setServerConfig("ssl", "on")
            .setServerConfig("ssl_cert_file", certificate.toString())
            .setServerConfig("ssl_key_file", key.toString())
            .start()) {
      String url =
          "postgresql://postgres:postgres@localhost:"
              + server.getPort()
              + "/postgres?sslmode=verify-full&sslrootcert=";
      assertThat(isEncrypted(url + certificate)).isTrue();
      assertThatThrownBy(() -> isEncrypted(url + otherCertificate)).isNotNull();
    }
  }

  private static boolean isEncrypted(String url) throws Exception {
    var config = new PostgresConfig(new Secret(url), Duration.ofSeconds(2), Duration.ofSeconds(5));
    Pool pool = config.pool(vertx, 1, 1);
    try {
      return pool.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
          .execute()
          .await(20, TimeUnit.SECONDS)
          .iterator()
          .next()
          .getBoolean(0);
    } finally {
      pool.close().await(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void redis_is_asked_by_tls_with_a_password_and_its_certificate_is_checked() throws Exception {
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start()) {
      Secret secret = new StoredKeys(postgres, redis).everywhere("read");
      redis.command("CONFIG", "SET", "requirepass", "hunter2");
      int port = terminateTls(redis.port());
      String url = "rediss://:hunter2@localhost:" + port + "?cacert=";
      assertThat(find(url + certificate, secret).isPresent()).isTrue();
      assertThatThrownBy(() -> find(url + otherCertificate, secret))
          .isInstanceOf(StoreUnreachable.class);
    }
  }

  private static java.util.Optional<StoredRecord> find(String url, Secret secret) throws Exception {
    var config = new RedisConfig(new Secret(url), Duration.ofSeconds(5), Duration.ofSeconds(5));
    return FedOnce.find(vertx, config, KeyDigest.of(secret)).await(20, TimeUnit.SECONDS).record();
  }

  /** The embedded Redis is built without TLS, so that it is taken off in front of it. */
  private static int terminateTls(int plainPort) throws Exception {
    var options =
        new NetServerOptions()
            .setSsl(true)
            .setKeyCertOptions(
                new PfxOptions().setPath(keyStore.toString()).setPassword(STORE_PASSWORD));
    NetServer server =
        vertx
            .createNetServer(options)
            .connectHandler(
                client -> {
                  client.pause();
                  Future<NetSocket> plain = vertx.createNetClient().connect(plainPort, "127.0.0.1");
                  plain.onSuccess(
                      socket -> {
                        client.pipeTo(socket);
                        socket.pipeTo(client);
                      });
                })
            .listen(0, "localhost")
            .await(10, TimeUnit.SECONDS);
    return server.actualPort();
  }
}
