package io.tollgate.management.billing;

import io.tollgate.store.TestPostgres;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes plans, periods and uses into Postgres, as plans and gateways do. */
final class Ledger {
  /** The prices that this product is known by. */
  static final String PRICES =
      """
      [{"name": "key_creations", "block_size": 10, "tiers": [
         {"starts_at_block": 1, "ends_after_block": 100, "fee_per_block": "0"},
         {"starts_at_block": 101, "ends_after_block": null, "fee_per_block": "1"}]},
       {"name": "verified", "block_size": 1000, "tiers": [
         {"starts_at_block": 1, "ends_after_block": 100, "fee_per_block": "0"},
         {"starts_at_block": 101, "ends_after_block": null, "fee_per_block": "1"}]}]
      """;

  private static final AtomicInteger IDS = new AtomicInteger();

  private final TestPostgres postgres;

  /** A version of a plan, and whose it is. */
  record Version(String id, String planId) {}

  Ledger(TestPostgres postgres) {
    this.postgres = postgres;
  }

  static String key() {
    return "ak_%032d".formatted(IDS.incrementAndGet());
  }

  static String subject() {
    return "org_%027d".formatted(IDS.incrementAndGet());
  }

  /** Makes a plan with one version. */
  Version plan(String currency, String prices) {
    int number = IDS.incrementAndGet();
    String plan = "cplan_%027d".formatted(number);
    postgres.execute(
        "INSERT INTO tollgate.plan (id, name, slug, for_payer_type)"
            + " VALUES ('%s', 'p', 'p-%d', 'org')".formatted(plan, number));
    return version(plan, 1, currency, prices);
  }

  Version version(String plan, int number, String currency, String prices) {
    String id = "pver_%027d".formatted(IDS.incrementAndGet());
    postgres.execute(
        """
        INSERT INTO tollgate.plan_version (
          id, plan_id, number, effective_at, currency, fee, unit_prices)
        VALUES ('%s', '%s', %d, '2020-01-01Z', '%s', 500, '%s')
        """
            .formatted(id, plan, number, currency, prices));
    return new Version(id, plan);
  }

  /** A use in an hour that came in time. */
  void use(String subject, String hour, String key, String version, String counts) {
    use(subject, hour, key, version, hour, counts);
  }

  /**
   * Notes a use.
   *
   * @param counts such as {@code verified = 5, status_2xx = 4}
   */
  void use(String subject, String hour, String key, String version, String came, String counts) {
    var names = new StringBuilder();
    var values = new StringBuilder();
    for (String count : counts.split(", ", -1)) {
      names.append(", ").append(count.split(" = ", -1)[0]);
      values.append(", ").append(count.split(" = ", -1)[1]);
    }
    postgres.execute(
        """
        INSERT INTO tollgate.usage_hour (subject, hour, key_id, version_id, came_at%s)
        VALUES ('%s', '%s', '%s', '%s', '%s'%s)
        """
            .formatted(names, subject, hour, key, version, came, values));
  }

  /** A period of a subscription that has begun. */
  String period(String payer, Version version, String start, String end, long amount) {
    String subscription = "csub_%027d".formatted(IDS.incrementAndGet());
    String item = "csubitem_%027d".formatted(IDS.incrementAndGet());
    postgres.execute(
        """
        INSERT INTO tollgate.subscription (id, payer) VALUES ('%1$s', '%3$s');
        INSERT INTO tollgate.subscription_item (
          id, subscription_id, plan_id, version_id, plan_period, status, anchor_at, period_start,
          period_end)
        VALUES ('%2$s', '%1$s', '%4$s', '%5$s', 'month', 'active', '%6$s', '%6$s', '%7$s');
        INSERT INTO tollgate.subscription_period (
          item_id, payer, version_id, plan_period, is_free_trial, period_start, period_end, amount)
        VALUES ('%2$s', '%3$s', '%5$s', 'month', false, '%6$s', '%7$s', %8$d);
        """
            .formatted(
                subscription, item, payer, version.planId(), version.id(), start, end, amount));
    return item;
  }
}
