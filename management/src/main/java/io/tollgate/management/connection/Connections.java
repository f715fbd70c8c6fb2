package io.tollgate.management.connection;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.Pepper;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.key.RevocationBarrier;
import io.tollgate.management.object.Service;
import io.tollgate.management.role.DepartedUsers;
import io.tollgate.management.wire.Endpoints;
import io.vertx.core.Deployable;
import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * All about connections and directories: their endpoints, their worker, and what serves identity
 * providers is given. Safe for all threads.
 */
public final class Connections {
  private final Transactions transactions;
  private final ConnectionConfig config;
  private final Supplier<String> url;
  private final RandomGenerator random;
  private final DirectoryTokens tokens;
  private final RoleResolution roles;
  private final MappedAttributes attributes = new MappedAttributes();
  private final ConnectionLog log;
  private final Recompute recompute;
  private final Demotions demotions;

  /**
   * Makes all.
   *
   * @param url where identity providers reach this service
   * @param random must be cryptographically strong: secrets are made of it
   */
  public Connections(
      Transactions transactions,
      Pepper pepper,
      ConnectionConfig config,
      Supplier<String> url,
      RandomGenerator random,
      MeterRegistry metrics) {
    this.transactions = transactions;
    this.config = config;
    this.url = url;
    this.random = random;
    tokens = new DirectoryTokens(transactions, pepper, random);
    roles = new RoleResolution(random);
    log = new ConnectionLog(config.emailsInLog(), metrics);
    recompute = new Recompute(transactions, roles, attributes);
    demotions = new Demotions(transactions, recompute);
  }

  public DirectoryTokens tokens() {
    return tokens;
  }

  public RoleResolution roles() {
    return roles;
  }

  public MappedAttributes attributes() {
    return attributes;
  }

  public Demotions demotions() {
    return demotions;
  }

  public ConnectionLog log() {
    return log;
  }

  /** Returns what works without anybody asking: a verticle of a virtual thread. */
  public Deployable worker() {
    var departed =
        new DepartedUsers(transactions, config.departedRetention(), InstantSource.system());
    return new ConnectionWorker(transactions, log, recompute, departed);
  }

  /** Enters the endpoints into the table. */
  public void enter(Endpoints endpoints, RevocationBarrier barrier) {
    var service = new Service(transactions, barrier);
    var directories =
        new DirectoryRegistry(
            transactions, tokens, recompute, demotions, config.tokenOverlap(), random);
    var removal = new DirectoryRemoval(transactions, demotions);
    var mappings = new MappingRegistry(transactions, recompute, demotions, random);
    var connections = new ConnectionRegistry(transactions, directories, removal, random);
    new ConnectionEndpoint(service, connections).enter(endpoints);
    new LogEndpoint(service).enter(endpoints);
    for (Naming naming : Naming.values()) {
      new DirectoryEndpoint(naming, service, directories, removal, url).enter(endpoints);
      new MappingEndpoint(naming, service, mappings).enter(endpoints);
    }
  }
}
