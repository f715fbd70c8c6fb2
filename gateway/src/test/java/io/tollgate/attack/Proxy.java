package io.tollgate.attack;

import java.util.Locale;
import java.util.Set;

/**
 * What is attacked, and what the suite must know of it.
 *
 * <p>It forwards all paths to the recording upstream for whoever sends {@code X-API-Key} or {@code
 * Authorization: Bearer} with a good key, and stamps the key's id as {@code Tollgate-Key-Id}. Paths
 * at and below {@code /admin} are for the admin key alone, {@code /read} takes GET and HEAD alone,
 * {@code /token} reads keys from {@code X-API-Key} alone.
 *
 * @param port where deadlines are long enough not to matter, and nobody on this machine is believed
 * @param impatientPort where they are a second or so, and other bounds low
 * @param trustingPort where they are long, and this machine is believed to be a proxy in front
 * @param key a good one, which may not use {@code /admin}
 * @param adminKey one that may
 * @param unknownKey one that is well-formed and was never issued
 * @param bounds what it can be told to hold; cases that need another are left out
 */
public record Proxy(
    String host,
    int port,
    int impatientPort,
    int trustingPort,
    String key,
    String keyId,
    String adminKey,
    String adminKeyId,
    String unknownKey,
    Set<Bound> bounds) {

  public Proxy {
    bounds = Set.copyOf(bounds);
  }

  boolean holds(Attack attack) {
    return bounds.containsAll(attack.needs());
  }

  /** Puts the keys where a case names them. */
  String fill(String text) {
    return text.replace("{key}", key)
        .replace("{KEY}", key.toUpperCase(Locale.ROOT))
        .replace("{admin}", adminKey)
        .replace("{unknown}", unknownKey);
  }

  boolean isSecretIn(String bytes) {
    return bytes.contains(key) || bytes.contains(adminKey) || bytes.contains(unknownKey);
  }
}
