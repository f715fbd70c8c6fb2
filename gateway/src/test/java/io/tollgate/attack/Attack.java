package io.tollgate.attack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One case: what is sent, what the upstream does, and what both sides must have seen in the end.
 * Immutable; each method returns a case with one thing more said of it.
 *
 * <p>What holds for every case is not repeated in any: nothing reaches the upstream that is not
 * strict HTTP/1.1, no request that is not expected, no key, and no identity but the gateway's own.
 *
 * @param source where it was published, or the rule that it tries
 * @param verdicts the ways in which it may end; one must fit
 * @param tolerated what RFC 9112 leaves to others though our contract does not
 * @param upstreamHas texts, in any case, which each request that reaches the upstream holds
 * @param upstreamLacks texts, in any case, which nothing that reaches the upstream holds
 * @param clientHas texts, in any case, which are in what the client gets
 * @param clientLacks texts, in any case, which are not
 * @param burns whether the upstream connection must not be used again
 */
public record Attack(
    String name,
    String source,
    List<Step> steps,
    Reply reply,
    List<Verdict> verdicts,
    List<Verdict> tolerated,
    List<String> upstreamHas,
    List<String> upstreamLacks,
    List<String> clientHas,
    List<String> clientLacks,
    boolean burns,
    Set<Bound> needs) {

  static Attack attack(String name, String source) {
    return new Attack(
        name,
        source,
        List.of(),
        Reply.ECHO,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        false,
        Set.of());
  }

  // What happens.

  Attack sends(String... texts) {
    return then(Arrays.stream(texts).map(Step.Send::new).toArray(Step[]::new));
  }

  /** Sends the first text, and the others once it has reached the upstream. */
  Attack sendsApart(String first, String... rest) {
    return sends(first).then(new Step.AwaitUpstream()).sends(rest);
  }

  Attack then(Step... more) {
    return with(join(steps, List.of(more)), reply, verdicts, tolerated);
  }

  Attack replied(Reply newReply) {
    return with(steps, newReply, verdicts, tolerated);
  }

  // How it ends.

  /** One of these statuses, then the end; nothing reaches the upstream. */
  Attack refused(int... statuses) {
    return ends(Verdict.Ending.CLOSED, List.of(), false, statuses);
  }

  /** The same, once the upstream has seen a part of the request, which it never sees whole. */
  Attack refusedMidway(int... statuses) {
    return ends(Verdict.Ending.CLOSED, List.of(), true, statuses);
  }

  /** These requests reach the upstream, in order, and each gets its 200. */
  Attack forwarded(String... asked) {
    List<Integer> statuses = Arrays.stream(asked).map(request -> 200).toList();
    return or(new Verdict(statuses, Verdict.Ending.ANY, List.of(asked), false));
  }

  /** The same, and what comes after them is refused with one of these statuses, and the end. */
  Attack thenRefused(int... statuses) {
    Verdict before = verdicts.get(verdicts.size() - 1);
    Attack result = with(steps, reply, List.of(), tolerated);
    for (int status : statuses) {
      List<Integer> all = join(before.statuses(), List.of(status));
      result = result.or(new Verdict(all, Verdict.Ending.CLOSED, before.asked(), true));
    }
    return result;
  }

  /** The upstream sees this request and the client gets this status. */
  Attack answered(int status, String asked) {
    return or(new Verdict(List.of(status), Verdict.Ending.ANY, List.of(asked), false));
  }

  /** The upstream sees this request and the client is cut in the midst of its response. */
  Attack cut(String asked) {
    return or(new Verdict(List.of(), Verdict.Ending.CUT, List.of(asked), false));
  }

  /** The upstream sees no more than a part, and the client is cut, with or without a status. */
  Attack cutWith(int... statuses) {
    return or(new Verdict(List.of(), Verdict.Ending.CUT, List.of(), true)).refusedMidway(statuses);
  }

  /** This request is answered well; then the client is cut, or gets one of these statuses first. */
  Attack cutAfter(String asked, int... statuses) {
    Attack result = or(new Verdict(List.of(200), Verdict.Ending.CUT, List.of(asked), false));
    for (int status : statuses) {
      List<Integer> all = List.of(200, status);
      result = result.or(new Verdict(all, Verdict.Ending.CLOSED, List.of(asked), false));
    }
    return result;
  }

  /** The client has left, whatever it would have got; the upstream saw this, or a part of it. */
  Attack left(String asked) {
    return or(new Verdict(List.of(), Verdict.Ending.CUT, List.of(asked), true))
        .or(new Verdict(List.of(), Verdict.Ending.CUT, List.of(), true));
  }

  /** The upstream sees a part of a request and answers it early. */
  Attack answeredEarly(int status) {
    return or(new Verdict(List.of(status), Verdict.Ending.ANY, List.of(), true));
  }

  /** RFC 9112 allows others to forward it as these requests. */
  Attack toleratedAs(String... asked) {
    List<Integer> statuses = Arrays.stream(asked).map(request -> 200).toList();
    var verdict = new Verdict(statuses, Verdict.Ending.ANY, List.of(asked), false);
    return with(steps, reply, verdicts, join(tolerated, List.of(verdict)));
  }

  private Attack ends(Verdict.Ending ending, List<String> asked, boolean half, int... statuses) {
    Attack result = this;
    for (int status : statuses) {
      result = result.or(new Verdict(List.of(status), ending, asked, half));
    }
    return result;
  }

  private Attack or(Verdict verdict) {
    return with(steps, reply, join(verdicts, List.of(verdict)), tolerated);
  }

  // What else must hold.

  Attack upstreamHas(String... texts) {
    return with(join(upstreamHas, lower(texts)), upstreamLacks, clientHas, clientLacks);
  }

  Attack upstreamLacks(String... texts) {
    return with(upstreamHas, join(upstreamLacks, lower(texts)), clientHas, clientLacks);
  }

  Attack clientHas(String... texts) {
    return with(upstreamHas, upstreamLacks, join(clientHas, lower(texts)), clientLacks);
  }

  Attack clientLacks(String... texts) {
    return with(upstreamHas, upstreamLacks, clientHas, join(clientLacks, lower(texts)));
  }

  /** The upstream connection is closed by the proxy and nothing more is asked on it. */
  Attack burnsConnection() {
    return new Attack(
        name,
        source,
        steps,
        reply,
        verdicts,
        tolerated,
        upstreamHas,
        upstreamLacks,
        clientHas,
        clientLacks,
        true,
        needs);
  }

  Attack needing(Bound first, Bound... more) {
    return new Attack(
        name,
        source,
        steps,
        reply,
        verdicts,
        tolerated,
        upstreamHas,
        upstreamLacks,
        clientHas,
        clientLacks,
        burns,
        EnumSet.of(first, more));
  }

  private Attack with(
      List<Step> newSteps, Reply newReply, List<Verdict> newVerdicts, List<Verdict> newTolerated) {
    return new Attack(
        name,
        source,
        newSteps,
        newReply,
        newVerdicts,
        newTolerated,
        upstreamHas,
        upstreamLacks,
        clientHas,
        clientLacks,
        burns,
        needs);
  }

  private Attack with(
      List<String> upHas, List<String> upLacks, List<String> downHas, List<String> downLacks) {
    return new Attack(
        name, source, steps, reply, verdicts, tolerated, upHas, upLacks, downHas, downLacks, burns,
        needs);
  }

  private static List<String> lower(String... texts) {
    return Arrays.stream(texts).map(text -> text.toLowerCase(Locale.ROOT)).toList();
  }

  private static <T> List<T> join(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  /** Returns whether the first request is a HEAD, whose response has no body. */
  boolean isHead() {
    return !steps.isEmpty()
        && steps.get(0) instanceof Step.Send first
        && first.text().startsWith("HEAD ");
  }

  /** Returns whether that request is one that may rightly reach the upstream. */
  boolean asks(String asked) {
    return verdicts.stream().anyMatch(verdict -> verdict.asked().contains(asked))
        || tolerated.stream().anyMatch(verdict -> verdict.asked().contains(asked));
  }

  /** Returns whether it comes from a proxy that is believed. */
  boolean isTrusted() {
    return needs.contains(Bound.TRUSTED_PROXIES);
  }

  /** Returns whether it tries a bound, and so runs where deadlines are short and bounds low. */
  boolean isSlow() {
    return !needs.isEmpty() && !isTrusted();
  }
}
