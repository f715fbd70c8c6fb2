package io.tollgate.deploy;

import static io.tollgate.deploy.Kind.EMAILS_IN_LOG;
import static io.tollgate.deploy.Kind.SECRET;
import static io.tollgate.deploy.Kind.SECRET_PATH;
import static io.tollgate.deploy.Kind.TEXT;

import io.tollgate.key.Secret;
import io.tollgate.management.ManagementConfig;
import io.tollgate.management.billing.BillingConfig;
import io.tollgate.management.connection.ConnectionConfig;
import io.tollgate.management.connection.EmailsInLog;
import java.time.Duration;

/** The part of the {@link Catalogue} that management alone reads. */
final class ManagementCatalogue {
  static final SettingList SETTINGS = new SettingList();

  static final Setting<String> MANAGEMENT_HOST =
      SETTINGS.addShown(
          "management.host",
          TEXT,
          ManagementConfig.HOST,
          Catalogue.HOST_SHOWN,
          "address that management listens on");
  static final Setting<Integer> MANAGEMENT_PORT =
      SETTINGS.addInteger(
          "management.port", ManagementConfig.PORT, "port of management; 0 takes a free one");
  static final Setting<String> MANAGEMENT_PUBLIC_URL =
      SETTINGS.addShown(
          "management.public-url",
          TEXT,
          "",
          "`http://`, host and port",
          "where identity providers reach management, as they are told it");
  static final Setting<Integer> MANAGEMENT_BODY_BYTES_MAX =
      SETTINGS.addInteger(
          "management.body-bytes-max", ManagementConfig.BODY_BYTES_MAX, "longest request body");
  static final Setting<Integer> MANAGEMENT_IMPORT_BYTES_MAX =
      SETTINGS.addInteger(
          "management.import-bytes-max",
          ManagementConfig.IMPORT_BYTES_MAX,
          "longest body of an import of keys");
  static final Setting<Integer> MANAGEMENT_CONNECTIONS_MAX =
      SETTINGS.addInteger(
          "management.connections-max",
          ManagementConfig.CONNECTIONS_MAX,
          "most connections to Postgres; directory sync has half of them at most");
  static final Setting<Integer> MANAGEMENT_CLIENTS_MAX =
      SETTINGS.addInteger(
          "management.clients-max",
          ManagementConfig.CLIENTS_MAX,
          "most connections of clients at once");
  static final Setting<Integer> MANAGEMENT_VERIFY_CACHE_BYTES =
      SETTINGS.addInteger(
          "management.verify-cache-bytes",
          ManagementConfig.VERIFY_CACHE_BYTES,
          "most bytes of answers to `verify` that are held; 0 makes each anew");
  static final Setting<Secret> MANAGEMENT_RECOVERY_KEY =
      SETTINGS.add(
          "management.recovery-key",
          SECRET,
          "",
          "32 bytes in hexadecimal or base64 that keys' secrets are kept under, to be shown again;"
              + " none are kept by default");
  static final Setting<Duration> SCIM_TOKEN_OVERLAP =
      SETTINGS.addDuration(
          "scim.token-overlap",
          ConnectionConfig.TOKEN_OVERLAP,
          "how long a directory's token still works once another has taken its place");
  static final Setting<EmailsInLog> SCIM_LOG_EMAILS =
      SETTINGS.add(
          "scim.log-emails",
          EMAILS_IN_LOG,
          "masked",
          "what the logs of connections tell of e-mail addresses: `masked`, the first character and"
              + " the domain, or `whole`");
  static final Setting<Duration> SCIM_DEPARTED_RETENTION =
      SETTINGS.addDuration(
          "scim.departed-retention",
          ConnectionConfig.DEPARTED_RETENTION,
          "how long it is remembered who a user was whom his directory has deleted; 0s is at once");
  static final Setting<Secret> BILLING_CLOUDEVENTS_URL =
      SETTINGS.add("billing.cloudevents-url", SECRET_PATH, "", "where CloudEvents of usage go");
  static final Setting<Secret> BILLING_STRIPE_KEY =
      SETTINGS.add("billing.stripe-key", SECRET, "", "key to Stripe, to tell it of usage");
  static final Setting<String> BILLING_STRIPE_URL =
      SETTINGS.add("billing.stripe-url", TEXT, BillingConfig.STRIPE_URL, "where Stripe's API is");

  private ManagementCatalogue() {}
}
