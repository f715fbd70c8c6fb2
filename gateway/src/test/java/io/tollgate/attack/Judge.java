package io.tollgate.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Says what was wrong with the end of a case. */
final class Judge {
  /** What the gateway alone may write, each once. */
  private static final List<String> OURS =
      List.of("tollgate-key-id", "tollgate-subject", "tollgate-scopes", "tollgate-request-id");

  /** Where a request comes from, each once, in one word. */
  private static final List<String> ORIGIN = List.of("x-forwarded-for", "x-forwarded-proto");

  private final Proxy proxy;
  private final boolean contract;

  Judge(Proxy proxy, boolean contract) {
    this.proxy = proxy;
    this.contract = contract;
  }

  /** The responses that the client's bytes hold. */
  private record Answers(List<Message> whole, boolean unfinished, String breach) {}

  List<String> faults(
      Attack attack,
      AttackClient client,
      List<RecordingUpstream.Seen> seen,
      List<UpstreamConnection> touched) {
    List<String> faults = new ArrayList<>();
    Answers answers = answers(attack, client);
    var observed =
        new Observed(
            answers.whole.stream().map(Message::status).toList(),
            answers.unfinished,
            client.isEnded(),
            seen.stream().map(each -> each.message().asked()).toList(),
            touched.stream().anyMatch(UpstreamConnection::isHalf));
    boolean tolerated =
        !contract && attack.tolerated().stream().anyMatch(verdict -> verdict.matches(observed));
    if (!tolerated) {
      checkEnd(attack, observed, faults);
      checkTexts(attack, client, touched, faults);
    }
    if (contract) {
      checkContract(answers, client, seen, faults);
    }
    checkUpstream(attack, client, seen, touched, faults);
    checkEchoes(attack, answers, seen, faults);
    return faults;
  }

  private void checkEnd(Attack attack, Observed observed, List<String> faults) {
    boolean right =
        attack.verdicts().stream()
            .anyMatch(v -> contract ? v.matches(observed) : v.isAsSafeAs(observed));
    if (!right) {
      faults.add("ended with " + observed + ", not with one of " + attack.verdicts());
    }
  }

  /** Returns whether nothing more need come: it may rest as it is, or can't end well any more. */
  boolean mayStayOpen(Attack attack, AttackClient client) {
    Answers answers = answers(attack, client);
    List<Integer> statuses = answers.whole.stream().map(Message::status).toList();
    if (statuses.isEmpty() || answers.unfinished) {
      return false;
    }
    boolean mayRest =
        attack.verdicts().stream().anyMatch(verdict -> verdict.mayRestAt(statuses))
            || attack.tolerated().stream().anyMatch(verdict -> verdict.mayRestAt(statuses));
    return mayRest || attack.verdicts().stream().noneMatch(v -> v.mayComeAfter(statuses));
  }

  private static Answers answers(Attack attack, AttackClient client) {
    String bytes = client.received();
    List<Message> whole = new ArrayList<>();
    int at = 0;
    while (at < bytes.length()) {
      switch (Strict.response(bytes, at, attack.isHead(), client.isEnded())) {
        case Strict.Whole reading -> {
          whole.add(reading.message());
          at = reading.message().end();
        }
        case Strict.Part part -> {
          return new Answers(whole, true, "");
        }
        case Strict.Broken broken -> {
          return new Answers(whole, true, broken.reason());
        }
      }
    }
    return new Answers(whole, false, "");
  }

  /** What is ours to promise, though others need not. */
  private static void checkContract(
      Answers answers,
      AttackClient client,
      List<RecordingUpstream.Seen> seen,
      List<String> faults) {
    if (!answers.breach.isEmpty()) {
      faults.add("what the client got is " + answers.breach);
    }
    boolean expects = client.sent().contains("Expect:");
    if (!expects && answers.whole.stream().anyMatch(answer -> !answer.interim().isEmpty())) {
      faults.add("the client got an interim response");
    }
    for (RecordingUpstream.Seen each : seen) {
      if (!each.message().trailers().isEmpty() || !each.message().extensions().isEmpty()) {
        faults.add("trailers or chunk extensions were passed on");
      }
      for (String name : ORIGIN) {
        List<String> values = each.message().values(name);
        if (values.size() != 1 || !values.get(0).matches("[0-9a-z.:]+")) {
          faults.add("the upstream was told " + name + ' ' + values);
        }
      }
    }
  }

  private void checkTexts(
      Attack attack, AttackClient client, List<UpstreamConnection> touched, List<String> faults) {
    String got = client.received().toLowerCase(Locale.ROOT);
    checkTexts("the client", got, attack.clientHas(), attack.clientLacks(), faults);
    for (UpstreamConnection connection : touched) {
      String asked = connection.bytes().toLowerCase(Locale.ROOT);
      checkTexts("the upstream", asked, attack.upstreamHas(), attack.upstreamLacks(), faults);
    }
  }

  private void checkTexts(
      String who, String bytes, List<String> has, List<String> lacks, List<String> faults) {
    has.stream()
        .filter(text -> !bytes.contains(filled(text)))
        .forEach(text -> faults.add(who + " did not get \"" + Escaped.text(text) + '"'));
    lacks.stream()
        .filter(text -> bytes.contains(filled(text)))
        .forEach(text -> faults.add(who + " got \"" + Escaped.text(text) + '"'));
  }

  private String filled(String text) {
    return proxy.fill(text).toLowerCase(Locale.ROOT);
  }

  private void checkUpstream(
      Attack attack,
      AttackClient client,
      List<RecordingUpstream.Seen> seen,
      List<UpstreamConnection> touched,
      List<String> faults) {
    for (UpstreamConnection connection : touched) {
      if (!connection.breach().isEmpty()) {
        faults.add("what reached the upstream is " + connection.breach());
      }
      boolean awaited = !contract && !client.isEnded();
      if (connection.isHalf() && !connection.isClosed() && !awaited) {
        faults.add("the upstream is left waiting for the rest of a request");
      }
      if (proxy.isSecretIn(connection.bytes())) {
        faults.add("a key reached the upstream");
      }
    }
    boolean admin = isAdmin(attack);
    for (RecordingUpstream.Seen each : seen) {
      checkIdentity(each.message(), admin ? proxy.adminKeyId() : proxy.keyId(), faults);
    }
  }

  private static boolean isAdmin(Attack attack) {
    return attack.steps().stream()
        .anyMatch(step -> step instanceof Step.Send send && send.text().contains("{admin}"));
  }

  /** The key's id is there once, and nothing else stands in the reserved namespace. */
  private static void checkIdentity(Message request, String keyId, List<String> faults) {
    List<String> ids = request.values("tollgate-key-id");
    if (!ids.equals(List.of(keyId))) {
      faults.add("the upstream was told the key id " + ids + ", not " + keyId);
    }
    for (Field field : request.fields()) {
      String folded = field.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "-");
      boolean ours = OURS.contains(field.name().toLowerCase(Locale.ROOT));
      if (folded.startsWith("tollgate")
          && !(ours && request.values(field.name()).size() == 1)
          && (folded.length() == 8 || folded.charAt(8) == '-')) {
        faults.add("the upstream got the forged " + field.name() + ": " + field.value());
      }
    }
    request.trailers().stream()
        .filter(field -> field.name().toLowerCase(Locale.ROOT).startsWith("tollgate"))
        .forEach(field -> faults.add("the upstream got the forged trailer " + field.name()));
  }

  /** Whoever asked gets the answer to what he asked. */
  private static void checkEchoes(
      Attack attack, Answers answers, List<RecordingUpstream.Seen> seen, List<String> faults) {
    if (!attack.reply().isEcho() || attack.isHead()) {
      return;
    }
    List<Message> good = answers.whole.stream().filter(a -> a.status() == 200).toList();
    for (int i = 0; i < Math.min(good.size(), seen.size()); i++) {
      String asked = seen.get(i).message().asked();
      if (!good.get(i).body().equals(asked)) {
        faults.add("answer " + (i + 1) + " is not the one to \"" + asked + '"');
      }
    }
  }
}
