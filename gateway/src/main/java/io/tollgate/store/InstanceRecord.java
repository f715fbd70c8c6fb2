package io.tollgate.store;

import io.tollgate.access.Subject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What all keys of the deployment have in common. There always is one.
 *
 * @param keysEnabled whether any key works at all
 * @param takesSha256 whether secrets that were issued elsewhere are known here by their SHA-256
 * @param takesSha512 the same by their SHA-512
 * @param userPlan the version of a plan that users have who subscribed to none, null for no plan
 * @param organizationPlan the same of organizations
 */
public record InstanceRecord(
    boolean keysEnabled,
    boolean takesSha256,
    boolean takesSha512,
    @Nullable String userPlan,
    @Nullable String organizationPlan)
    implements StoredRecord {
  /** As a new deployment is. */
  public static final InstanceRecord DEFAULTS = new InstanceRecord(true, false, false, null, null);

  /** Makes the record of an instance without default plans. */
  public InstanceRecord(boolean keysEnabled, boolean takesSha256, boolean takesSha512) {
    this(keysEnabled, takesSha256, takesSha512, null, null);
  }

  /** Returns what was read as the instance's record; the defaults where there is none. */
  public static InstanceRecord of(Optional<StoredRecord> found) {
    return found.orElse(null) instanceof InstanceRecord instance ? instance : DEFAULTS;
  }

  /** Returns the same with all keys switched on or off. */
  public InstanceRecord withKeysEnabled(boolean newEnabled) {
    return new InstanceRecord(newEnabled, takesSha256, takesSha512, userPlan, organizationPlan);
  }

  /** Returns the same, with secrets known by other hashes. */
  public InstanceRecord taking(boolean sha256, boolean sha512) {
    return new InstanceRecord(keysEnabled, sha256, sha512, userPlan, organizationPlan);
  }

  /** Returns the same with other default plans. */
  public InstanceRecord withPlans(@Nullable String ofUsers, @Nullable String ofOrganizations) {
    return new InstanceRecord(keysEnabled, takesSha256, takesSha512, ofUsers, ofOrganizations);
  }

  /** Returns whether any secret that was issued elsewhere is known here. */
  public boolean takesForeign() {
    return takesSha256 || takesSha512;
  }

  /** Returns the version of a plan that a subject has without subscribing, null for no plan. */
  public @Nullable String defaultPlan(Subject subject) {
    if (subject.isUser()) {
      return userPlan;
    }
    return subject.isOrganization() ? organizationPlan : null;
  }
}
