package io.tollgate.edge;

import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.HeadSpeller;
import io.tollgate.wire.RequestHead;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients' connections of one event loop: what they hold together, which deadlines have passed,
 * and how they end when the gateway stops.
 *
 * <p>Confined to the event loop that owns it.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  /** Pads kept for the next requests; a burst's are left to the collector. */
  private static final int SPARE_HEADS_MAX = 256;

  private final ClientBounds bounds;
  private final Http2Bounds http2;
  private final long unreadHeadBytesMax;
  private final HeadBuffer pad = new HeadBuffer();
  private final HeadSpeller speller = new HeadSpeller();
  private final List<OpenConnection> open = new ArrayList<>();
  private final ArrayDeque<RequestHead> spareHeads = new ArrayDeque<>();
  private long unreadHeadBytes;
  private long heldBodyBytes;
  private boolean draining;
  private boolean stopping;
  private @Nullable Runnable whenEmpty;

  Connections(ClientBounds bounds, Http2Bounds http2, int eventLoops) {
    this.bounds = bounds;
    this.http2 = http2;
    unreadHeadBytesMax = bounds.unreadHeaderBytesMax() / eventLoops;
  }

  ClientBounds bounds() {
    return bounds;
  }

  Http2Bounds http2() {
    return http2;
  }

  void opened(OpenConnection connection) {
    connection.setIndex(open.size());
    open.add(connection);
  }

  /** Another handler has taken over the same connection. */
  void replace(OpenConnection old, OpenConnection by) {
    open.set(old.index(), by);
    by.setIndex(old.index());
  }

  void closed(OpenConnection connection) {
    int place = connection.index();
    OpenConnection last = open.remove(open.size() - 1);
    if (place < open.size()) {
      open.set(place, last);
      last.setIndex(place);
    }
    if (open.isEmpty() && whenEmpty != null) {
      whenEmpty.run();
    }
  }

  /** Returns where a response's head is written before it goes out. */
  HeadBuffer pad() {
    return pad;
  }

  /** Returns where the heads of HTTP/2 are spelled before they are read. */
  HeadSpeller speller() {
    return speller;
  }

  RequestHead takeHead() {
    RequestHead spare = spareHeads.pollFirst();
    return spare == null
        ? new RequestHead(bounds.requestLineBytesMax(), bounds.headerCountMax())
        : spare;
  }

  /** Takes a head back that nobody reads any more, if there is one. */
  void giveBack(@Nullable RequestHead head) {
    if (head != null && spareHeads.size() < SPARE_HEADS_MAX && head.isSmall()) {
      // A request that never came whole is answered for with a pad that holds another's.
      head.clear();
      spareHeads.addFirst(head);
    }
  }

  /** Counts bytes of heads that have not come whole; false if all together hold too many. */
  boolean holdUnread(int more) {
    unreadHeadBytes += more;
    return unreadHeadBytes <= unreadHeadBytesMax;
  }

  /** Counts bytes of bodies that came before an upstream took them; false if they are too many. */
  boolean holdBody(int more) {
    heldBodyBytes += more;
    return heldBodyBytes <= unreadHeadBytesMax;
  }

  /** Cuts what has passed its deadline. */
  void tick(long nowNanos) {
    // From the end, since one that is closed is replaced by the last.
    for (int i = open.size() - 1; i >= 0; i--) {
      if (i < open.size()) {
        tick(open.get(i), nowNanos);
      }
    }
  }

  /** A fault would end the timer, and with it all deadlines of the event loop. */
  private static void tick(OpenConnection connection, long nowNanos) {
    try {
      connection.tick(nowNanos);
    } catch (RuntimeException | OutOfMemoryError fault) {
      LOG.error("a deadline could not be looked at; its connection is closed", fault);
      connection.close();
    }
  }

  /**
   * From now on every client is told that its connection ends, at the latest by a response.
   *
   * @param onceEmpty runs when there is none, at once or whenever the last has gone
   */
  void announceEnd(Runnable onceEmpty) {
    draining = true;
    List.copyOf(open).forEach(OpenConnection::announceEnd);
    onceEmpty(onceEmpty);
  }

  private void onceEmpty(Runnable then) {
    if (open.isEmpty()) {
      then.run();
    } else {
      whenEmpty = then;
    }
  }

  boolean isDraining() {
    return draining;
  }

  /** Closes those that serve no request; the others close with their response. */
  void closeUnused(Runnable onceEmpty) {
    stopping = true;
    List.copyOf(open).forEach(OpenConnection::closeIfUnused);
    onceEmpty(onceEmpty);
  }

  boolean isStopping() {
    return stopping;
  }

  void closeAll() {
    List.copyOf(open).forEach(OpenConnection::close);
  }
}
