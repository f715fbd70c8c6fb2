package io.tollgate.management;

import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.management.billing.BillingConfig;
import io.tollgate.management.connection.ConnectionConfig;
import io.tollgate.management.key.RecoveryKey;
import io.tollgate.meter.MeterConfig;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.RingConfig;
import io.tollgate.ring.VerifierConfig;
import io.tollgate.setting.Bounds;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisConfig;
import org.jspecify.annotations.Nullable;

/**
 * All that the management service is told at its start.
 *
 * @param name its name on the list of those that accept keys, since {@code verify} does
 * @param host the address listened on
 * @param port 0 to 65535; 0 takes a free one
 * @param bodyBytesMax the longest request body
 * @param importBytesMax the longest body of an import
 * @param connectionsMax the most connections to Postgres
 * @param clientsMax the most connections of clients
 * @param verifyCacheBytes how many bytes of answers to {@code verify} are held; 0 to make each anew
 * @param ring of the keys that {@code verify} knows
 * @param secretKey the instance's secret key, {@code sk_…}
 * @param meter where it counts what {@code verify} answers, until the ledger has it
 * @param recoveryKey what secrets are sealed under that may be shown again; null to keep none
 * @param fence the same as of the gateways
 * @param billing who is told of usage
 * @param connections what identity providers are told
 */
public record ManagementConfig(
    String name,
    String host,
    int port,
    int bodyBytesMax,
    int importBytesMax,
    int connectionsMax,
    int clientsMax,
    int verifyCacheBytes,
    RingConfig ring,
    Secret secretKey,
    @Nullable RecoveryKey recoveryKey,
    RedisConfig redis,
    PostgresConfig postgres,
    FenceConfig fence,
    Pepper pepper,
    MeterConfig meter,
    BillingConfig billing,
    ConnectionConfig connections) {
  public static final String HOST = "0.0.0.0";
  public static final int PORT = 8081;
  public static final int BODY_BYTES_MAX = 64 * 1024;
  public static final int IMPORT_BYTES_MAX = 8 * 1024 * 1024;
  public static final int CONNECTIONS_MAX = 16;
  public static final int CLIENTS_MAX = 10_000;
  public static final int VERIFY_CACHE_BYTES = 64 * 1024 * 1024;

  public ManagementConfig {
    Bounds.check("management.port", port, 0, 65_535);
    Bounds.check("management.body-bytes-max", bodyBytesMax, 1_024, 16 * 1024 * 1024);
    Bounds.check("management.import-bytes-max", importBytesMax, 1_024, 64 * 1024 * 1024);
    Bounds.check("management.connections-max", connectionsMax, 1, 1_000);
    Bounds.check("management.clients-max", clientsMax, 1, 1_000_000);
    Bounds.check("management.verify-cache-bytes", verifyCacheBytes, 0, 1024 * 1024 * 1024);
    if (!secretKey.reveal().startsWith("sk_") || secretKey.reveal().length() < 16) {
      throw new IllegalArgumentException(
          "secret-key must start with sk_ and have at least 16 characters");
    }
  }

  /** Returns what concerns the verifier alone. */
  VerifierConfig verifier() {
    return new VerifierConfig(name, ring, fence, redis, postgres, pepper);
  }
}
