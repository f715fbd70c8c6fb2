package io.tollgate.simulation;

/** What may break. */
enum Fault {
  /** Redis stands still, then goes on where it was. */
  REDIS_FREEZE,
  /** Redis dies and comes back with all that it held. */
  REDIS_CRASH,
  /** Redis dies and comes back with what it held some time ago. */
  REDIS_OLD_DUMP,
  /** Redis dies and comes back with nothing. */
  REDIS_EMPTY,
  /** FLUSHALL. */
  REDIS_FLUSH,
  /** Some documents go, as if they were evicted. */
  REDIS_EVICTION,
  /** A replica that lags takes Redis' place. */
  REDIS_FAILOVER,
  /** The same, and some go on talking to the former master for a while. */
  REDIS_SPLIT_BRAIN,
  /** Postgres stands still, then goes on where it was. */
  POSTGRES_FREEZE,
  /** Some answers of Postgres leave long after what they say was read. */
  POSTGRES_SLOW,
  /** Postgres dies and comes back. */
  POSTGRES_RESTART,
  /** Postgres is restored to the past, by another server. */
  POSTGRES_RESTORE,
  /** Postgres is restored to the past, and nothing tells so. */
  POSTGRES_SILENT_RESTORE,
  /** The change log forgets its past. */
  LOG_PRUNED,
  /** The connections of one node to one store end amid what is on its way. */
  CUT,
  /** A gateway can't reach a store, or both. */
  GATEWAY_PARTITION,
  /** A gateway reaches a store and is not answered, or the reverse. */
  GATEWAY_ONE_WAY,
  /** A management can't reach a store, or both. */
  MANAGEMENT_PARTITION,
  /** No management can reach Redis, while gateways can. */
  MANAGEMENTS_WITHOUT_REDIS,
  /** Some messages take long. */
  SLOW_NETWORK,
  /** A gateway's process is stopped and goes on. */
  GATEWAY_PAUSE,
  /** A gateway's machine is suspended: its monotonic clock stands still. */
  GATEWAY_SUSPENSION,
  /** A management's machine is suspended. */
  MANAGEMENT_SUSPENSION,
  /** A wall clock is set. */
  WALL_JUMP,
  /** A gateway dies and starts again under its name. */
  GATEWAY_CRASH,
  /** A gateway is stopped and started again. */
  GATEWAY_STOP,
  /** A management's process is stopped and goes on. */
  MANAGEMENT_PAUSE,
  /** A management dies and starts again. */
  MANAGEMENT_CRASH,
  /** Redis has lost its documents, Postgres is slow, and a key is revoked. */
  LOOKUP_AMID_CHANGE,
  /** A gateway can't reach Postgres, and its connection to Redis ends. */
  GATEWAY_STUMBLES,
  /** Both stores' answers reach a gateway late, while a key is being revoked. */
  GATEWAY_HEARS_LATE,
  /** A gateway stands still while an answer of Redis is on its way, and a key is revoked. */
  GATEWAY_PAUSE_AMID_STEP,
  /** Postgres is restored while a gateway can't reach it and no management reaches Redis. */
  RESTORE_BEHIND_A_GATEWAY,
  /** Postgres is restored while a gateway can't reach it, nor the one who projects Redis. */
  RESTORE_BEHIND_THE_PROJECTOR,
  /** The same, and nothing tells of the restore. */
  SILENT_RESTORE_BEHIND_THE_PROJECTOR,
  /** Both stores go back to one moment, and nothing tells so. */
  STORES_GO_BACK,
  /** Redis goes back in time while a gateway can't reach Postgres and no management Redis. */
  OLD_DUMP_BEHIND_A_GATEWAY,
  /** What a projector writes is held up until another one has written, and a gateway is away. */
  STALE_WRITE,
  /**
   * A gateway can't reach Postgres for so long that nobody waits for it any more, and in the end no
   * management reaches Redis.
   */
  GATEWAY_FORGOTTEN;

  /** Returns whether Postgres may say afterwards what it said before. */
  boolean isRestore() {
    return switch (this) {
      case POSTGRES_RESTORE,
          POSTGRES_SILENT_RESTORE,
          RESTORE_BEHIND_A_GATEWAY,
          RESTORE_BEHIND_THE_PROJECTOR,
          SILENT_RESTORE_BEHIND_THE_PROJECTOR,
          STORES_GO_BACK ->
          true;
      default -> false;
    };
  }

  /** Returns whether it is made of several others, of which no two are at once. */
  boolean isConspiracy() {
    return compareTo(LOOKUP_AMID_CHANGE) >= 0;
  }
}
