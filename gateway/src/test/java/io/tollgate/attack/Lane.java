package io.tollgate.attack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs cases one after the other against one proxy and its recording upstream. Confined to a
 * thread.
 */
public final class Lane {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** Others leave more clients waiting, and are scored on a machine that does nothing else. */
  private static final Duration SCORE_DEADLINE = Duration.ofSeconds(3);

  private static final Duration SLOW_DEADLINE = Duration.ofSeconds(20);

  /** How long a connection that may stay open is watched for what should not come. */
  private static final Duration QUIET = Duration.ofMillis(300);

  /** How soon a doubtful connection is closed: well before it would be for mere idleness. */
  private static final Duration PROMPT = Duration.ofSeconds(2);

  /** How soon a head is passed on by who does not wait for the body; others may wait for it. */
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  private static final int PROBES = 2;

  private final Proxy proxy;
  private final RecordingUpstream upstream;
  private final boolean contract;
  private final Judge judge;
  private final List<AttackClient> crowd = new ArrayList<>();
  private int runs;

  /**
   * Makes a lane.
   *
   * @param contract whether our own contract is asked for, or no more than what is safe
   */
  public Lane(Proxy proxy, RecordingUpstream upstream, boolean contract) {
    this.proxy = proxy;
    this.upstream = upstream;
    this.contract = contract;
    judge = new Judge(proxy, contract);
  }

  /** Runs a case and the innocent requests after it, and returns what was wrong. */
  public Result run(Attack attack) {
    runs++;
    upstream.begin(attack.reply());
    try (var client = open(attack)) {
      play(attack, client);
      List<RecordingUpstream.Seen> seen = upstream.seen();
      List<UpstreamConnection> touched = upstream.touched();
      upstream.writeUnasked(attack.reply().afterwards());
      // Of others it is asked that innocent clients get their answers, not how they see to that.
      boolean burnt = !contract || !attack.burns() || areClosed(touched);
      touched.forEach(connection -> settle(connection));
      List<String> faults = judge.faults(attack, client, seen, touched);
      disperse();
      if (!burnt) {
        faults.add("the upstream connection stays open after a doubt");
      }
      faults.addAll(probe());
      faults.addAll(late(attack, seen.size()));
      return new Result(attack, List.copyOf(faults), transcript(client, touched));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens the attacker's connection, behind the crowd's if there is one. */
  private AttackClient open(Attack attack) throws IOException {
    for (Step step : attack.steps()) {
      if (step instanceof Step.Crowd wanted) {
        gather(wanted, attack);
      }
    }
    return new AttackClient(proxy.host(), port(attack));
  }

  private void gather(Step.Crowd wanted, Attack attack) throws IOException {
    for (int i = 0; i < wanted.connections(); i++) {
      var one = new AttackClient(proxy.host(), port(attack));
      crowd.add(one);
      one.send(wanted.text());
    }
  }

  /** Waits until the proxy has let go of each, too: their places must be free for the next case. */
  private void disperse() throws IOException {
    crowd.forEach(AttackClient::endSending);
    for (AttackClient one : crowd) {
      one.read(PROMPT);
      one.close();
    }
    crowd.clear();
  }

  private int port(Attack attack) {
    if (attack.isTrusted()) {
      return proxy.trustingPort();
    }
    return attack.isSlow() ? proxy.impatientPort() : proxy.port();
  }

  private void play(Attack attack, AttackClient client) throws IOException {
    for (Step step : attack.steps()) {
      switch (step) {
        case Step.Send send -> client.send(proxy.fill(send.text()));
        case Step.AwaitUpstream await -> upstream.awaitHead(contract ? AT_ONCE : QUIET);
        case Step.AwaitBytes await -> client.read(DEADLINE);
        case Step.Drip drip -> client.drip(drip.text(), SLOW_DEADLINE);
        case Step.EndSending end -> client.endSending();
        case Step.Crowd there -> {}
        case Step.Leave leave -> client.leave();
        case Step.ReadNothing nothing ->
            upstream.touched().forEach(c -> upstream.awaitClosed(c, SLOW_DEADLINE));
      }
    }
    readToTheEnd(attack, client);
  }

  /** Reads until the end, or until nothing comes any more where the connection may stay. */
  private void readToTheEnd(Attack attack, AttackClient client) {
    Duration deadline = attack.isSlow() ? SLOW_DEADLINE : contract ? DEADLINE : SCORE_DEADLINE;
    long endNanos = System.nanoTime() + deadline.toNanos();
    while (!client.isEnded()) {
      long left = endNanos - System.nanoTime();
      Duration patience = Duration.ofNanos(left);
      boolean mayStay = judge.mayStayOpen(attack, client);
      if (mayStay && patience.compareTo(QUIET) > 0) {
        patience = QUIET;
      }
      if (left <= 0 || (!client.read(patience) && mayStay)) {
        return;
      }
    }
  }

  /** A request that was begun and can't be whole any more must not be left hanging. */
  private void settle(UpstreamConnection connection) {
    if (connection.isHalf()) {
      upstream.awaitClosed(connection, contract ? DEADLINE : SCORE_DEADLINE);
    }
  }

  private boolean areClosed(List<UpstreamConnection> connections) {
    return connections.stream().allMatch(c -> upstream.awaitClosed(c, PROMPT));
  }

  /** Asks twice on a connection of its own, as another client would. */
  private List<String> probe() throws IOException {
    List<String> faults = new ArrayList<>();
    try (var innocent = new AttackClient(proxy.host(), proxy.port())) {
      int from = 0;
      for (int i = 1; i <= PROBES && faults.isEmpty(); i++) {
        String target = RecordingUpstream.PROBE + runs + '/' + i;
        boolean last = i == PROBES;
        innocent.send(proxy.fill(last ? Http.get(target) : Http.getKept(target)));
        Strict.Reading reading = answer(innocent, from);
        if (reading instanceof Strict.Whole whole
            && whole.message().status() == 200
            && whole.message().body().equals("GET " + target)) {
          from = whole.message().end();
        } else {
          String got = Escaped.text(innocent.received());
          faults.add("an innocent request afterwards (" + target + ") got: " + got);
        }
      }
    }
    return faults;
  }

  /** What an attack hid may reach the upstream once its connection serves someone else. */
  private List<String> late(Attack attack, int known) {
    return upstream.seen().stream()
        .skip(known)
        .map(seen -> seen.message().asked())
        .filter(asked -> !asked.startsWith("GET " + RecordingUpstream.PROBE))
        .filter(asked -> !attack.asks(asked))
        .map(asked -> "the upstream was asked afterwards: " + asked)
        .toList();
  }

  private static Strict.Reading answer(AttackClient client, int from) {
    long endNanos = System.nanoTime() + DEADLINE.toNanos();
    Strict.Reading reading = Strict.response(client.received(), from, false, false);
    while (reading instanceof Strict.Part && !client.isEnded() && System.nanoTime() < endNanos) {
      client.read(DEADLINE);
      reading = Strict.response(client.received(), from, false, client.isEnded());
    }
    return reading;
  }

  private static String transcript(AttackClient client, List<UpstreamConnection> touched) {
    var text = new StringBuilder();
    text.append("  client sent:\n").append(Escaped.block(client.sent()));
    text.append("  client got:\n").append(Escaped.block(client.received()));
    text.append(client.isEnded() ? "    <closed>\n" : "    <left open>\n");
    if (touched.isEmpty()) {
      text.append("  upstream got:\n    (nothing)\n");
    }
    for (UpstreamConnection connection : touched) {
      text.append("  upstream got:\n").append(Escaped.block(connection.bytes()));
    }
    return text.toString();
  }
}
