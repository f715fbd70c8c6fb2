package io.tollgate.store;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The script that takes from the states of limits, by the generic cell rate algorithm.
 *
 * <p>A state is a theoretical arrival time, in microseconds and q-ths of one, so that no sum is
 * ever rounded: all numbers are whole and below 2^53, where Lua's are exact. A request counts from
 * now on. A lease counts as if all of it were used in its last moment: then whatever moment its
 * units are used in, no span of time sees more of them than burst and rate allow.
 */
final class LimitScript {
  static final String TEXT =
      """
      local time = redis.call('TIME')
      local now = time[1] * 1000000 + time[2]
      local function split(x, q)
        local rest = math.fmod(x, q)
        return (x - rest) / q, rest
      end
      local function span(units, p, q)
        local digits, whole, rest, more = {}, 0, 0, 0
        while units > 0 do
          units, digits[#digits + 1] = split(units, 1024)
        end
        for i = #digits, 1, -1 do
          more, rest = split(rest * 1024 + digits[i] * p, q)
          whole = whole * 1024 + more
        end
        return whole, rest
      end
      local function isAfter(whole, rest, otherWhole, otherRest)
        return whole > otherWhole or (whole == otherWhole and rest > otherRest)
      end
      local function plus(l, from, units)
        local whole, rest = span(units, l.p, l.q)
        if l.whole >= from then
          whole, rest = whole + l.whole, rest + l.rest
        else
          whole = whole + from
        end
        if rest >= l.q then
          whole, rest = whole + 1, rest - l.q
        end
        return whole, rest
      end
      local function isBeyond(l, whole, rest)
        return isAfter(whole - now, rest, l.burstWhole, l.burstRest)
      end
      local waiting = tonumber(ARGV[1])
      local limits = {}
      for i = 1, #KEYS do
        local at = 1 + waiting + (i - 1) * 5
        local l = {p = tonumber(ARGV[at + 1]), q = tonumber(ARGV[at + 2]), whole = now, rest = 0}
        l.life, l.ahead, l.leased = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), 0
        l.burstWhole, l.burstRest = span(tonumber(ARGV[at + 3]), l.p, l.q)
        local known = redis.pcall('GET', KEYS[i])
        if type(known) == 'string' then
          local whole, rest = string.match(known, '^(%d+):(%d+)$')
          if whole and tonumber(whole) >= now then
            l.whole, l.rest = tonumber(whole), math.fmod(tonumber(rest), l.q)
            if isBeyond(l, l.whole, l.rest) then
              l.whole, l.rest = now + l.burstWhole, l.burstRest
            end
          end
        end
        limits[i] = l
      end
      local passed = 0
      for n = 1, waiting do
        local units, wholes, rests = tonumber(ARGV[1 + n]), {}, {}
        for i, l in ipairs(limits) do
          wholes[i], rests[i] = plus(l, now, units)
          if isBeyond(l, wholes[i], rests[i]) then
            units = nil
            break
          end
        end
        if not units then break end
        for i, l in ipairs(limits) do l.whole, l.rest = wholes[i], rests[i] end
        passed = n
      end
      local answer = {now, passed}
      for i, l in ipairs(limits) do
        if l.ahead > 0 and (waiting == 0 or passed > 0) then
          local from, part = now + l.life, 0
          if l.whole >= from then from, part = l.whole, l.rest end
          local room = l.burstWhole - (from - now) + (l.burstRest - part) / l.q
          local units = math.min(l.ahead, math.floor(room * l.q / l.p))
          while units > 0 and l.leased == 0 do
            local whole, rest = plus(l, now + l.life, units)
            if isBeyond(l, whole, rest) then
              units = units - 1
            else
              l.whole, l.rest, l.leased = whole, rest, units
            end
          end
        end
        if passed > 0 or l.leased > 0 then
          redis.call('SET', KEYS[i], string.format('%.0f:%.0f', l.whole, l.rest),
            'PX', string.format('%.0f', math.ceil((l.whole - now) / 1000) + 1))
        end
        answer[#answer + 1] = l.leased
        answer[#answer + 1] = l.whole
      end
      return answer
      """;

  private static final String SHA1 = sha1();
  private static final int HEAD = 2;

  private LimitScript() {}

  /** Returns the command that names the script, which Redis may not know. */
  static Request byName(LimitTrip trip) {
    return with(Request.cmd(Command.EVALSHA).arg(SHA1), trip);
  }

  /** Returns the command that brings the script along. */
  static Request byText(LimitTrip trip) {
    return with(Request.cmd(Command.EVAL).arg(TEXT), trip);
  }

  private static Request with(Request request, LimitTrip trip) {
    request.arg(trip.limits().size());
    trip.limits().forEach(limit -> request.arg(limit.name()));
    request.arg(trip.costs().size());
    trip.costs().forEach(cost -> request.arg(cost.longValue()));
    for (LimitTerms limit : trip.limits()) {
      request.arg(limit.p()).arg(limit.q()).arg(limit.burst());
      request.arg(limit.leaseMicros()).arg(limit.ahead());
    }
    return request;
  }

  static LimitAnswer answer(@Nullable Response response) {
    Response numbers = Objects.requireNonNull(response, "the script never answers nil");
    List<Long> leased = new ArrayList<>();
    List<Long> arrivals = new ArrayList<>();
    for (int i = HEAD; i < numbers.size(); i += 2) {
      leased.add(number(numbers, i));
      arrivals.add(number(numbers, i + 1));
    }
    return new LimitAnswer(
        number(numbers, 0), Math.toIntExact(number(numbers, 1)), leased, arrivals);
  }

  private static long number(Response numbers, int index) {
    return Long.parseLong(numbers.get(index).toString());
  }

  private static String sha1() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(TEXT.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
