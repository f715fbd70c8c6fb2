package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.memberIds;
import static io.tollgate.management.directory.Sync.members;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What providers send that is large, or much at once, and is served. */
class ProviderSizesTest {
  private static final int CROWD = 10_000;

  private static Sync.Stores stores;
  private static Sync sync;
  private static String[] crowd;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    sync = stores.sync();
    stores.postgres.execute(
        """
        INSERT INTO tollgate.app_user (id, directory_id)
        SELECT 'user_' || lpad('crowd_' || i, 27, 'c'), '%1$s' FROM generate_series(1, %2$d) i;
        INSERT INTO tollgate.scim_user (
          directory_id, id, user_id, user_name, user_name_key, active, document)
        SELECT '%1$s', gen_random_uuid()::text, 'user_' || lpad('crowd_' || i, 27, 'c'),
          'crowd' || i, 'crowd' || i, true,
          json_build_object('userName', 'crowd' || i, 'active', true)::jsonb
        FROM generate_series(1, %2$d) i
        """
            .formatted(sync.directoryId, CROWD));
    crowd =
        stores
            .postgres
            .query(
                "SELECT string_agg(id, ',') FROM tollgate.scim_user WHERE user_name LIKE 'crowd%'")
            .split(",");
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  @Test
  void ten_thousand_members_in_one_request() {
    JsonObject group = sync.createdGroup("Everybody");
    assertThat(sync.patch(group(group), op("add", "members", members(crowd))).status())
        .isEqualTo(204);
    assertThat(
            stores.postgres.query(
                "SELECT count(*) FROM tollgate.scim_group_member WHERE group_id = '"
                    + group.getString("id")
                    + "'"))
        .isEqualTo(Integer.toString(CROWD));
    assertThat(sync.delete(group(group)).status()).isEqualTo(204);
  }

  @Test
  void a_page_of_more_than_there_may_be_has_as_many_as_there_may_be() {
    JsonObject page = sync.get("/Users?count=100000").ok();
    assertThat(page.getInteger("itemsPerPage")).isEqualTo(200);
    assertThat(page.getJsonArray("Resources")).hasSize(200);
    assertThat(page.getInteger("totalResults")).isGreaterThanOrEqualTo(CROWD);
  }

  @Test
  void a_filter_of_more_than_four_kibibytes_in_the_path() {
    String filter =
        IntStream.range(1, 160)
            .mapToObj(i -> "userName eq \"CROWD" + i + "\"")
            .collect(Collectors.joining(" or "));
    String asked = URLEncoder.encode(filter, StandardCharsets.UTF_8);
    assertThat(asked.length()).isGreaterThan(4_096);
    assertThat(sync.get("/Users?count=0&filter=" + asked).ok().getInteger("totalResults"))
        .isEqualTo(159);
  }

  @Test
  void entras_flag_in_the_query_of_any_request() {
    JsonObject person = sync.created("/Users?aadOptscim062020", sync.person(name()));
    String flagged = user(person) + "?aadOptscim062020";
    assertThat(sync.get(flagged).ok().getBoolean("active")).isTrue();
    assertThat(sync.patch(flagged, op("replace", "active", false)).ok().getBoolean("active"))
        .isFalse();
  }

  @Test
  void another_name_and_other_members_in_one_request() {
    String leaver = sync.created().getString("id");
    String joiner = sync.created().getString("id");
    JsonObject pushed = sync.createdGroup("Sales", leaver);
    JsonObject renamed =
        new JsonObject().put("id", pushed.getString("id")).put("displayName", "Sales EMEA");
    JsonObject removal =
        new JsonObject().put("op", "remove").put("path", "members[value eq \"" + leaver + "\"]");
    assertThat(
            sync.patch(
                    group(pushed),
                    op("replace", null, renamed),
                    removal,
                    op("add", "members", members(joiner)))
                .status())
        .isEqualTo(204);
    JsonObject after = sync.get(group(pushed)).ok();
    assertThat(after.getString("displayName")).isEqualTo("Sales EMEA");
    assertThat(memberIds(after)).containsExactly(joiner);
  }

  @Test
  void another_user_name_of_somebody_whose_keys_go_on() {
    JsonObject person = sync.created();
    String secret = sync.management.create(sync.userId(person), "goes on").getString("secret");
    String other = name() + "@" + sync.domain;
    assertThat(
            sync.patch(user(person), op("Replace", "userName", other)).ok().getString("userName"))
        .isEqualTo(other);
    assertThat(sync.management.verify(secret).status()).isEqualTo(200);
    assertThat(stores.other.verify(secret).status()).isEqualTo(200);
  }
}
