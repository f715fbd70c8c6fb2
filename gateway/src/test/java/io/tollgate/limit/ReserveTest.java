package io.tollgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.limit.Peers.Seat;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a gateway holds of limits without asking, and when it may not. */
class ReserveTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Peers peers = new Peers();
  private final Reserve reserve = new Reserve(100);

  private Seat seat(int gateways, long nowNanos) {
    peers.heard(gateways, true, nowNanos, nowNanos);
    return Objects.requireNonNull(peers.seat(nowNanos));
  }

  private void settle() {
    peers.heard(1, true, -20 * SECOND, -20 * SECOND);
  }

  private void fill(Seat seat, long nowNanos) {
    long lacking = reserve.lacking(seat, nowNanos);
    reserve.expect(seat, lacking, nowNanos).arrive(lacking);
  }

  @Test
  void a_newcomer_holds_nothing_for_ten_seconds() {
    peers.heard(3, true, 0, 0);
    peers.heard(3, true, 9 * SECOND, 9 * SECOND);
    assertThat(peers.seat(9 * SECOND)).isNull();
    peers.heard(3, true, 10 * SECOND, 10 * SECOND);
    assertThat(peers.seat(10 * SECOND)).isNotNull();
    peers.heard(3, false, 11 * SECOND, 11 * SECOND);
    assertThat(peers.seat(11 * SECOND)).isNull();
  }

  @Test
  void what_is_held_is_void_once_the_list_was_not_heard_for_ten_seconds() {
    settle();
    fill(seat(1, 0), 0);
    assertThat(peers.seat(9 * SECOND)).isNotNull();
    assertThat(peers.seat(10 * SECOND)).isNull();
    Seat next = seat(1, 12 * SECOND);
    assertThat(reserve.units(next, 12 * SECOND).left(12 * SECOND)).isZero();
  }

  @Test
  void a_missed_answer_between_two_changes_nothing() {
    settle();
    fill(seat(1, 0), 0);
    Seat next = seat(1, 5 * SECOND);
    assertThat(reserve.units(next, 5 * SECOND).left(5 * SECOND)).isEqualTo(100);
  }

  @Test
  void when_others_come_no_more_than_the_new_part_is_held_and_when_they_go_it_may_grow() {
    settle();
    fill(seat(1, 0), 0);
    Seat four = seat(4, SECOND);
    assertThat(reserve.units(four, SECOND).left(SECOND)).isEqualTo(25);
    assertThat(reserve.lacking(four, SECOND)).isZero();
    assertThat(reserve.units(four, SECOND).take(5, SECOND)).isTrue();
    Seat two = seat(2, 2 * SECOND);
    assertThat(reserve.units(two, 2 * SECOND).left(2 * SECOND)).isEqualTo(20);
    assertThat(reserve.lacking(two, 2 * SECOND)).isEqualTo(30);
  }

  @Test
  void a_hundredth_is_set_aside_and_never_more_than_two_seconds_worth() {
    assertThat(Rate.central(new Limit(Per.KEY, 20_000, 1, 20_000)).reserve()).isEqualTo(200);
    assertThat(Rate.central(new Limit(Per.KEY, 864_000, 86_400, 864_000)).reserve()).isEqualTo(20);
    assertThat(Rate.central(new Limit(Per.KEY, 900, 1, 900)).reserve()).isZero();
    assertThat(Rate.central(new Limit(Per.KEY, 1_000, 1, 1_000)).burst()).isEqualTo(990);
  }

  @Test
  void a_state_that_was_let_go_fills_nothing_any_more() {
    settle();
    Seat seat = seat(1, 0);
    var id = new LimitState.Id("owner", new Limit(Per.KEY, 20_000, 1, 20_000));
    var state = new LimitState(id, 0);
    assertThat(state.isToFill(0, seat)).isTrue();
    state.reserve().endFill();
    state.retire();
    assertThat(state.isToFill(0, seat)).isFalse();
  }
}
