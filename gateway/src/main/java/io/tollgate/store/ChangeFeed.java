package io.tollgate.store;

import io.vertx.core.Future;

/**
 * The change log in Postgres, as a gateway follows it, and the list on which the gateway stands.
 *
 * <p>Every call ends within the store's deadline; failed with {@link StoreUnreachable} where it
 * can't tell. Confined to the context of its owner.
 */
public interface ChangeFeed {
  /**
   * Asks for what follows a place.
   *
   * @param epoch the history that the place belongs to; empty where the caller knows none yet
   */
  Future<LogPage> poll(String epoch, LogPosition after);

  /**
   * Puts this gateway on the list of those whose confirmation a revocation may need, in the place
   * of an earlier one of the same name.
   */
  Future<Void> register();

  /**
   * Notes that nothing is left in this gateway that a change up to this one made untrue.
   *
   * @return false if this gateway is not on the list, or the log does not hold that change (it went
   *     back in time since it was read), so that the gateway must register anew
   */
  Future<Boolean> confirm(String epoch, LogPosition upTo);

  /**
   * Gives the log's history a new name, where it has gone back under that epoch and nobody else has
   * noticed. Right at any time; does nothing where the epoch is another by now.
   */
  Future<Void> renewHistory(String epoch);

  /** Takes this gateway off the list: it serves no longer. */
  Future<Void> leave();
}
