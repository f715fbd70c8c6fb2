package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.plan.Credits;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Meter;
import io.tollgate.plan.Per;
import io.tollgate.plan.Period;
import io.tollgate.plan.Plan;
import io.tollgate.plan.Quota;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How records are spelled. */
class RecordTextTest {
  static Stream<StoredRecord> records() {
    var limits =
        List.of(
            new Limit(Per.KEY, 10, 60, 5),
            new Limit(Per.SUBJECT, Limit.RATE_MAX, 1, Limit.RATE_MAX),
            new Limit(Per.PLAN, 1, Limit.WINDOW_SECONDS_MAX, 1));
    return Stream.of(
        InstanceRecord.DEFAULTS,
        new InstanceRecord(false, true, false, "pver_1", "pver_2"),
        SubjectRecord.DEFAULTS,
        new SubjectRecord(7, false, Map.of("org_1", "role_1"), "pver_1"),
        new RoleRecord(Set.of("org:bills:read")),
        new PlanRecord(new Plan("pver_1", List.of(), null)),
        new PlanRecord(new Plan("pver_1", limits, Scopes.of(List.of("read", "write")))),
        new PlanRecord(new Plan("pver_1", limits, Scopes.NONE)),
        new PlanRecord(
            new Plan(
                "pver_1",
                limits,
                List.of(
                    new Quota(Per.SUBJECT, Meter.COMPLETED, Period.MONTH, Quota.UNITS_MAX, true),
                    new Quota(Per.KEY, Meter.FORWARDED, Period.DAY, 1, false)),
                new Credits(Meter.FORWARDED, 5, Period.DAY),
                null)),
        new PlanRecord(
            new Plan("pver_1", limits, List.of(), new Credits(Meter.FORWARDED, 0, null), null)));
  }

  @ParameterizedTest
  @MethodSource("records")
  void each_comes_back_as_it_was_written(StoredRecord record) {
    assertThat(RecordText.decode(RecordText.encode(record))).isEqualTo(record);
  }

  @Test
  void what_was_written_before_there_were_plans_names_none() {
    String subject = "{\"version\":2,\"kind\":\"subject\",\"revoked_before\":0,\"enabled\":true,";
    assertThat(RecordText.decode(subject + "\"roles\":{}}")).isEqualTo(SubjectRecord.DEFAULTS);
    assertThat(RecordText.encode(SubjectRecord.DEFAULTS)).isEqualTo(subject + "\"roles\":{}}");
  }
}
