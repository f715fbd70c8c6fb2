package io.tollgate.edge;

import io.tollgate.edge.MoodyUpstream.Mood;
import io.tollgate.edge.ScriptedHttp2Upstream.Asked;
import io.tollgate.edge.ScriptedHttp2Upstream.Frame;
import io.tollgate.edge.ScriptedHttp2Upstream.Peer;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One of several targets by HTTP/2, which says who it is and writes down which requests came.
 * Frozen it reads and answers nothing; in every other bad mood it resets each stream.
 */
final class MoodyHttp2Upstream implements MoodyTarget {
  private static final int STREAMS_MAX = 100;

  private static final String BODY = "0123456789abcdef";

  private final Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
  private final ScriptedHttp2Upstream server = new ScriptedHttp2Upstream((peer, i) -> serve(peer));
  private final Object thaw = new Object();
  private Mood mood = Mood.WELL;

  private void serve(Peer peer) throws IOException {
    awaitThaw();
    peer.settings(ScriptedHttp2Upstream.MAX_CONCURRENT_STREAMS, STREAMS_MAX);
    while (true) {
      Frame frame = peer.read();
      Mood now = awaitThaw();
      if (frame.type() == ScriptedHttp2Upstream.HEADERS) {
        answer(peer, peer.asked(frame), now);
      } else if (frame.type() == ScriptedHttp2Upstream.PING
          && (frame.flags() & ScriptedHttp2Upstream.ACK) == 0) {
        byte[] opaque = new byte[Long.BYTES];
        frame.payload().readBytes(opaque);
        peer.write(ScriptedHttp2Upstream.PING, ScriptedHttp2Upstream.ACK, 0, opaque);
      }
    }
  }

  private void answer(Peer peer, Asked asked, Mood now) throws IOException {
    if (!"tollgate-check".contentEquals(asked.fields().get("user-agent", ""))) {
      String target = asked.fields().path().toString();
      seen.computeIfAbsent(target, unseen -> new AtomicInteger()).incrementAndGet();
    }
    if (now != Mood.WELL) {
      peer.reset(asked.id(), ScriptedHttp2Upstream.INTERNAL_ERROR);
      return;
    }
    String length = String.valueOf(BODY.length());
    peer.headers(
        asked.id(), false, ":status", "200", "x-target", place(), "content-length", length);
    peer.data(asked.id(), true, BODY);
  }

  private Mood awaitThaw() throws IOException {
    synchronized (thaw) {
      while (mood == Mood.FROZEN) {
        try {
          thaw.wait();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      return mood;
    }
  }

  @Override
  public String url() {
    return "http://" + place();
  }

  @Override
  public String place() {
    return "127.0.0.1:" + server.port();
  }

  @Override
  public Map<String, AtomicInteger> seen() {
    return seen;
  }

  @Override
  public void be(Mood next) {
    synchronized (thaw) {
      mood = next;
      thaw.notifyAll();
    }
  }

  @Override
  public void close() {
    be(Mood.RESETTING);
    server.close();
  }
}
