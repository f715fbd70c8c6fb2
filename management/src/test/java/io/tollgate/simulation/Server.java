package io.tollgate.simulation;

import org.jspecify.annotations.Nullable;

/**
 * A store's process, as the network reaches it.
 *
 * @param <S> a connection as the server has it
 */
interface Server<S> {
  /** Takes a connection, or closes it and returns null. */
  @Nullable S accept(Connection connection);

  /** A command has arrived; it runs when its turn has come. */
  void receive(S session, Runnable command);

  /** Leaves the answer of the command that is being run. */
  void reply(S session, Runnable arrival);
}
