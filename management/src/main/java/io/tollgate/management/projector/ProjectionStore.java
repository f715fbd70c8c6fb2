package io.tollgate.management.projector;

import io.tollgate.store.StoreUnreachable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a projector asks of Redis, on one connection. Each call waits for its answer.
 *
 * <p>Any call may throw {@link StoreUnreachable}; whether its command was done is then not known.
 * Public for the simulation, which puts a Redis of its own in the place of {@link RedisSession}.
 */
public interface ProjectionStore {
  /** Some names of documents, and where to go on, which is null at the end. */
  record Names(List<String> names, @Nullable String cursor) {}

  /** Returns the text of {@code applied}, empty where there is none. */
  String applied();

  /**
   * Writes documents and the next text of {@code applied} in one, if its present text is the
   * expected one.
   *
   * @return false, nothing having been written, if it is not
   */
  boolean write(String expected, String next, List<Write> writes);

  /** Returns some names of documents; the first cursor is {@code "0"}. */
  Names scan(String cursor);
}
