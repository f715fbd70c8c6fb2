package io.tollgate.management.billing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tollgate.access.Subject;
import io.tollgate.management.rating.Amounts;
import io.tollgate.management.rating.RatedTier;
import io.tollgate.management.rating.UnitPrice;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one payer owes for one month, made of nothing but an {@link Account}: the same account gives
 * the same bytes, whenever and wherever it is made. So no name stands in it that may be changed,
 * and no moment at which it was made.
 */
final class Statement {
  /** What the contract calls the deployment; there is one. */
  static final String INSTANCE_ID = "ins_tollgate";

  private static final JsonFactory JSON = new JsonFactory();

  /** What one currency's lines add up to, exactly. */
  private static final class Sums {
    private BigDecimal fees = BigDecimal.ZERO;
    private BigDecimal usage = BigDecimal.ZERO;
    private BigDecimal adjustments = BigDecimal.ZERO;

    BigDecimal total() {
      return fees.add(usage).add(adjustments);
    }
  }

  private final Account account;
  private final StringWriter text = new StringWriter();
  private final Map<Currency, Sums> sums = new TreeMap<>();

  private Statement(Account account) {
    this.account = account;
  }

  /**
   * Makes a statement.
   *
   * @param isClosed whether nothing of the month changes any more
   * @return its JSON
   */
  static String of(Account account, boolean isClosed) {
    var statement = new Statement(account);
    try (JsonGenerator out = JSON.createGenerator(statement.text)) {
      statement.write(out, isClosed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return statement.text.toString();
  }

  private void write(JsonGenerator out, boolean isClosed) throws IOException {
    Month month = account.month();
    long start = month.start().toInstant().toEpochMilli();
    out.writeStartObject();
    out.writeStringField("object", "commerce_statement");
    out.writeStringField("id", StatementId.of(account.payer(), month).text());
    out.writeStringField("instance_id", INSTANCE_ID);
    out.writeStringField("payer_id", account.payer());
    payer(out);
    out.writeStringField("status", isClosed ? "closed" : "open");
    out.writeStringField("period", month.toString());
    out.writeNumberField("timestamp", start);
    out.writeNumberField("period_start", start);
    out.writeNumberField("period_end", month.end().toInstant().toEpochMilli());
    out.writeNumberField("closes_at", month.closesAt().toInstant().toEpochMilli());
    fees(out);
    usage(out);
    adjustments(out);
    unpriced(out);
    totals(out);
    out.writeArrayFieldStart("groups");
    out.writeEndArray();
    out.writeEndObject();
  }

  /** As published clients read it; a payer has no other id than its subject's. */
  private void payer(JsonGenerator out) throws IOException {
    var subject = new Subject(account.payer());
    out.writeObjectFieldStart("payer");
    out.writeStringField("object", "commerce_payer");
    out.writeStringField("id", subject.id());
    out.writeStringField("instance_id", INSTANCE_ID);
    nullable(out, "user_id", subject.isUser() ? subject.id() : null);
    nullable(out, "organization_id", subject.isOrganization() ? subject.id() : null);
    out.writeEndObject();
  }

  private static void nullable(JsonGenerator out, String member, @Nullable String value)
      throws IOException {
    if (value == null) {
      out.writeNullField(member);
    } else {
      out.writeStringField(member, value);
    }
  }

  private Sums sums(Currency currency) {
    return sums.computeIfAbsent(currency, first -> new Sums());
  }

  private void fees(JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("fees");
    for (Period period : account.periods()) {
      // A period names its version by a foreign key.
      PricedVersion version = account.versions().get(period.version());
      var amount = BigDecimal.valueOf(period.amount());
      if (version == null) {
        throw new IllegalStateException("a period of no version: " + period.version());
      }
      Sums currency = sums(version.currency());
      currency.fees = currency.fees.add(amount);
      out.writeStartObject();
      out.writeStringField("subscription_item_id", period.itemId());
      version(out, version);
      out.writeStringField("plan_period", period.planPeriod());
      out.writeBooleanField("is_free_trial", period.isFreeTrial());
      out.writeNumberField("period_start", period.start());
      out.writeNumberField("period_end", period.end());
      amount(out, amount, version);
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void version(JsonGenerator out, PricedVersion version) throws IOException {
    out.writeStringField("plan_id", version.planId());
    out.writeStringField("plan_version_id", version.id());
  }

  private static void amount(JsonGenerator out, BigDecimal amount, PricedVersion version)
      throws IOException {
    out.writeStringField("currency", version.currency().code());
    out.writeStringField("amount", Amounts.text(amount));
  }

  private void usage(JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("usage");
    for (Uses uses : account.uses()) {
      @Nullable PricedVersion version = account.versions().get(uses.version());
      if (version != null && uses.month().equals(account.month())) {
        for (UnitPrice price : version.prices()) {
          tiers(out, version, price, units(uses.in(), price));
        }
      }
    }
    out.writeEndArray();
  }

  private void tiers(JsonGenerator out, PricedVersion version, UnitPrice price, BigInteger units)
      throws IOException {
    Sums currency = sums(version.currency());
    for (RatedTier tier : price.rate(units)) {
      currency.usage = currency.usage.add(tier.amount());
      out.writeStartObject();
      version(out, version);
      out.writeStringField("meter", price.meter());
      out.writeNumberField("block_size", price.blockSize());
      out.writeNumberField("from_unit", tier.fromUnit());
      if (tier.toUnit() == null) {
        out.writeNullField("to_unit");
      } else {
        out.writeNumberField("to_unit", tier.toUnit());
      }
      out.writeNumberField("units", tier.units());
      out.writeStringField("fee_per_block", Amounts.text(tier.feePerBlock()));
      amount(out, tier.amount(), version);
      out.writeEndObject();
    }
  }

  private void adjustments(JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("adjustments");
    for (Uses uses : account.uses()) {
      @Nullable PricedVersion version = account.versions().get(uses.version());
      if (version != null && uses.month().compareTo(account.month()) < 0) {
        for (UnitPrice price : version.prices()) {
          adjustment(out, version, price, uses);
        }
      }
    }
    out.writeEndArray();
  }

  /** What the month of the use costs with all that has come, less what it cost without. */
  private void adjustment(JsonGenerator out, PricedVersion version, UnitPrice price, Uses uses)
      throws IOException {
    BigInteger before = units(uses.before(), price);
    BigInteger units = units(uses.in(), price);
    if (units.equals(before)) {
      return;
    }
    BigDecimal amount = price.amount(units).subtract(price.amount(before));
    Sums currency = sums(version.currency());
    currency.adjustments = currency.adjustments.add(amount);
    out.writeStartObject();
    out.writeStringField("period", uses.month().toString());
    version(out, version);
    out.writeStringField("meter", price.meter());
    out.writeNumberField("units", units.subtract(before));
    amount(out, amount, version);
    out.writeEndObject();
  }

  private static BigInteger units(Map<Meter, BigInteger> units, UnitPrice price) {
    return Meter.of(price.meter())
        .map(meter -> units.getOrDefault(meter, BigInteger.ZERO))
        .orElse(BigInteger.ZERO);
  }

  /** What was used without a plan, or under one that is gone, is told and costs nothing. */
  private void unpriced(JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("unpriced");
    for (Uses uses : account.uses()) {
      if (!account.versions().containsKey(uses.version())) {
        unpriced(out, uses);
      }
    }
    out.writeEndArray();
  }

  private static void unpriced(JsonGenerator out, Uses uses) throws IOException {
    for (Meter meter : Meter.BILLED) {
      BigInteger units = uses.in(meter).subtract(uses.before(meter));
      if (units.signum() > 0) {
        out.writeStartObject();
        out.writeStringField("period", uses.month().toString());
        nullable(out, "plan_version_id", uses.version().isEmpty() ? null : uses.version());
        out.writeStringField("meter", meter.text());
        out.writeNumberField("units", units);
        out.writeEndObject();
      }
    }
  }

  private void totals(JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("totals_by_currency");
    for (Map.Entry<Currency, Sums> one : sums.entrySet()) {
      out.writeStartObject();
      out.writeStringField("currency", one.getKey().code());
      out.writeStringField("fees", Amounts.text(one.getValue().fees));
      out.writeStringField("usage", Amounts.text(one.getValue().usage));
      out.writeStringField("adjustments", Amounts.text(one.getValue().adjustments));
      out.writeStringField("exact", Amounts.text(one.getValue().total()));
      rounded(one.getKey(), one.getValue()).write(out, "total");
      out.writeEndObject();
    }
    out.writeEndArray();
    contractTotals(out);
  }

  private static Money rounded(Currency currency, Sums sums) {
    return new Money(Amounts.whole(sums.total()), currency);
  }

  /** The contract knows one currency only: null where there are several. */
  private void contractTotals(JsonGenerator out) throws IOException {
    if (sums.size() > 1) {
      out.writeNullField("totals");
      return;
    }
    Currency currency = sums.isEmpty() ? Currency.DEFAULT : sums.keySet().iterator().next();
    Sums all = sums(currency);
    Money total = rounded(currency, all);
    out.writeObjectFieldStart("totals");
    total.write(out, "grand_total");
    total.write(out, "subtotal");
    new Money(Amounts.whole(all.fees), currency).write(out, "base_fee");
    new Money(BigInteger.ZERO, currency).write(out, "tax_total");
    out.writeEndObject();
  }
}
