package io.tollgate.simulation;

import io.tollgate.management.projector.ManagementGuard;
import io.tollgate.management.projector.ProjectionStore;
import io.tollgate.management.projector.Write;
import io.tollgate.store.RedisNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a projector has of the modelled Redis. */
record SimulatedProjectionStore(
    DirectThread thread, DirectLine<RedisServer.Session> line, Set<ManagementGuard> guards)
    implements ProjectionStore {
  private static final String SCAN_START = "0";

  @Override
  public String applied() {
    return line.ask(thread, session -> session.server().get(RedisNames.APPLIED));
  }

  @Override
  public boolean write(String expected, String next, List<Write> writes) {
    Map<String, String> documents = new LinkedHashMap<>();
    writes.forEach(write -> documents.put(write.name(), write.document()));
    boolean compares = guards.contains(ManagementGuard.COMPARE_AND_SET);
    return line.ask(
        thread,
        session -> {
          RedisServer server = session.server();
          String present = compares ? expected : server.get(RedisNames.APPLIED);
          return server.writeIf(present, next, documents);
        });
  }

  @Override
  public Names scan(String cursor) {
    String after = cursor.equals(SCAN_START) ? "" : cursor;
    List<String> names = line.ask(thread, session -> session.server().scan(after));
    return new Names(names, names.isEmpty() ? null : names.getLast());
  }
}
