package io.tollgate.plan;

import io.tollgate.access.Scopes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one version of a plan lets its payers do: all that the edge has to know of it. Immutable.
 *
 * @param version its id, as the ledger names it
 * @param limits all of these hold; the strictest decides
 * @param quotas all of these hold, each beside the others
 * @param credits what requests draw on, null where they need none
 * @param scopes those that the payers' keys may use, null for all that they have
 */
public record Plan(
    String version,
    List<Limit> limits,
    List<Quota> quotas,
    @Nullable Credits credits,
    @Nullable Scopes scopes) {
  /** Of a key whose subject has no plan: nothing restricts it, and the ledger names no version. */
  public static final Plan NONE = new Plan("", List.of(), null);

  /** How many limits a plan may have. */
  public static final int LIMITS_MAX = 8;

  /** How many quotas a plan may have. */
  public static final int QUOTAS_MAX = 8;

  /** Makes a plan without quotas and credits. */
  public Plan(String version, List<Limit> limits, @Nullable Scopes scopes) {
    this(version, limits, List.of(), null, scopes);
  }

  public Plan {
    limits = List.copyOf(limits);
    quotas = List.copyOf(quotas);
    if (quotas.size() > QUOTAS_MAX) {
      throw new IllegalArgumentException(
          "quotas may name " + QUOTAS_MAX + ", named " + quotas.size());
    }
    if (limits.size() > LIMITS_MAX) {
      throw new IllegalArgumentException(
          "limits may name " + LIMITS_MAX + ", named " + limits.size());
    }
  }

  /** Returns those of a key's scopes that the plan lets it use. */
  public Scopes entitled(Scopes held) {
    Scopes known = scopes;
    return known == null ? held : held.among(known);
  }
}
