package io.tollgate.edge;

import io.tollgate.edge.MoodyUpstream.Mood;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** One of several targets, which fails in the way that it is told. */
interface MoodyTarget extends AutoCloseable {
  String url();

  /** Returns its host and port, by which it signs its answers. */
  String place();

  /** Returns how often each request came, by its target, those of checks excepted. */
  Map<String, AtomicInteger> seen();

  void be(Mood mood);

  @Override
  void close();
}
