package io.tollgate.attack;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All cases, by category. */
public final class Attacks {
  private Attacks() {}

  public static Map<String, List<Attack>> byCategory() {
    Map<String, List<Attack>> all = new LinkedHashMap<>();
    all.put("request line", RequestLineAttacks.all());
    all.put("target", TargetAttacks.all());
    all.put("host", HostAttacks.all());
    all.put("header", HeaderAttacks.all());
    all.put("framing", FramingAttacks.all());
    all.put("chunk", ChunkAttacks.all());
    all.put("identity", IdentityAttacks.all());
    all.put("trusted proxy", TrustedProxyAttacks.all());
    all.put("key", KeyLeakAttacks.all());
    all.put("scope", ScopeAttacks.all());
    all.put("response", ResponseAttacks.all());
    all.put("reuse", ReuseAttacks.all());
    all.put("slow", SlowAttacks.all());
    all.put("flood", FloodAttacks.all());
    return all;
  }
}
