package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.assertRefused;
import static io.tollgate.management.directory.Sync.ids;
import static io.tollgate.management.directory.Sync.listed;
import static io.tollgate.management.directory.Sync.memberIds;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Lists of what is large: each page is bounded, and whoever pages on comes to everything. */
class BigPagesTest {
  private static final int USERS = ShownMembers.MAX + 1;

  /** Of characters that Postgres can't press together. */
  private static final int DOCUMENT = 200_000;

  private static Sync.Stores stores;
  private static Sync crowd;
  private static Sync large;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    crowd = stores.sync();
    large = stores.sync();
    fill();
    stores.postgres.execute("ANALYZE");
  }

  /** By statements, since so many could not be told of one by one. */
  private static void fill() {
    stores.postgres.execute(
        """
        SET session_replication_role = replica;
        INSERT INTO tollgate.scim_user (
          directory_id, id, user_id, user_name, user_name_key, active, document)
        SELECT '%1$s', 'c' || i, 'cu' || i, 'crowd' || i, 'crowd' || i || repeat('-', 200), true,
          '{"displayName": "One of many"}'
        FROM generate_series(1, %3$d) i;
        INSERT INTO tollgate.scim_group (
          directory_id, id, display_name, display_name_key, document, created_at)
        SELECT '%1$s', 'g' || i, 'g' || i, 'g' || i, json_build_object('displayName', 'g' || i),
          now() + i * interval '1 second'
        FROM generate_series(0, 6) i;
        INSERT INTO tollgate.scim_group_member (directory_id, group_id, scim_user_id)
        SELECT '%1$s', g, 'c' || i
        FROM (VALUES ('g1', 20000), ('g2', 20000), ('g3', 20000), ('g4', 40000), ('g5', %3$d))
          AS groups (g, members), generate_series(1, members) i;
        INSERT INTO tollgate.scim_user (
          directory_id, id, user_id, user_name, user_name_key, active, document, created_at)
        SELECT '%2$s', 'l' || i, 'lu' || i, 'l' || i, 'l' || i, true,
          json_build_object('title', repeat('x', %4$d)), now() + i * interval '1 second'
        FROM generate_series(1, 50) i;
        """
            .formatted(crowd.directoryId, large.directoryId, USERS, DOCUMENT));
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  /** Asks page by page, as providers do, until all have come. */
  private static List<List<String>> pages(Sync sync, String under) {
    List<List<String>> pages = new ArrayList<>();
    int startIndex = 1;
    int total;
    do {
      Answer answer = sync.get(under + "startIndex=" + startIndex + "&count=100");
      JsonObject page = answer.ok();
      assertThat(page.getInteger("itemsPerPage")).isEqualTo(ids(answer).size()).isPositive();
      assertThat(answer.body().length()).isLessThan(2 * Listing.BYTES_MAX);
      pages.add(ids(answer));
      startIndex += page.getInteger("itemsPerPage");
      total = page.getInteger("totalResults");
    } while (startIndex <= total);
    return pages;
  }

  private static List<String> numbered(String prefix, int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(i -> prefix + i).toList();
  }

  @Test
  void a_page_of_large_users_has_fewer_than_were_asked_for_and_the_next_has_the_others() {
    List<List<String>> pages = pages(large, "/Users?");
    assertThat(pages.getFirst()).hasSize(Listing.BYTES_MAX / DOCUMENT + 1);
    assertThat(pages.stream().flatMap(List::stream))
        .containsExactlyElementsOf(numbered("l", 1, 50));
  }

  @Test
  void a_page_of_groups_has_fewer_where_their_members_are_many_and_leaves_out_no_member() {
    assertThat(pages(crowd, "/Groups?"))
        .containsExactly(
            List.of("g0", "g1", "g2"), List.of("g3", "g4"), List.of("g5"), List.of("g6"));
    JsonObject group = listed(crowd.get("/Groups?startIndex=5&count=1")).getFirst();
    assertThat(memberIds(group)).hasSize(40_000);
  }

  @Test
  void a_page_without_members_is_whole() {
    assertThat(pages(crowd, "/Groups?excludedAttributes=members&"))
        .containsExactly(numbered("g", 0, 6));
  }

  @Test
  void a_search_of_both_kinds_leaves_no_group_out_that_would_come_behind_a_user() {
    large.createdGroup("Behind");
    List<List<String>> pages = pages(large, "/?");
    assertThat(pages).hasSizeGreaterThan(2);
    List<String> all = pages.stream().flatMap(List::stream).toList();
    assertThat(all.subList(0, 50)).containsExactlyElementsOf(numbered("l", 1, 50));
    assertThat(all).hasSize(51);
  }

  @Test
  void a_group_of_too_many_is_listed_without_its_members_and_can_be_read_without_them() {
    JsonObject listed = listed(crowd.get("/Groups?startIndex=6&count=1")).getFirst();
    assertThat(listed.getString("id")).isEqualTo("g5");
    assertThat(listed.containsKey("members")).isFalse();
    assertRefused(crowd.get("/Groups/g5"), 400, "tooMany");
    assertThat(crowd.get("/Groups/g5?excludedAttributes=members").ok().getString("displayName"))
        .isEqualTo("g5");
    String warned =
        "SELECT count(*) FROM tollgate.connection_log"
            + " WHERE outcome = 'warning' AND detail::text LIKE '%scim_members_left_out%'";
    Awaiting.until("it is logged", () -> !stores.postgres.query(warned).equals("0"));
  }

  @Test
  void only_those_parts_of_members_are_shown_that_are_asked_for() {
    JsonObject group = crowd.get("/Groups/g1?attributes=members.value").ok();
    assertThat(group.getJsonArray("members").getJsonObject(0).fieldNames())
        .containsExactly("value");
    JsonObject less = crowd.get("/Groups/g1?excludedAttributes=members.display").ok();
    assertThat(less.getJsonArray("members").getJsonObject(0).fieldNames())
        .containsExactly("value", "type");
    assertThat(less.getString("displayName")).isEqualTo("g1");
  }

  @Test
  void what_takes_the_database_too_long_is_too_much_and_no_outage() {
    String filter =
        IntStream.range(0, 200)
            .mapToObj(i -> "userName co \"nobody" + i + '"')
            .collect(Collectors.joining(" or "));
    String asked = URLEncoder.encode(filter, StandardCharsets.UTF_8);
    Answer answer = crowd.get("/Users?filter=" + asked);
    assertRefused(answer, 400, "tooMany");
    assertThat(answer.json().getString("detail")).contains("less");
    assertRefused(
        crowd.post("/Users/.search", new JsonObject().put("filter", filter)), 400, "tooMany");
  }

  @Test
  void a_database_that_can_not_answer_is_an_outage() throws SQLException {
    try (Connection other = stores.postgres.connect()) {
      other.setAutoCommit(false);
      other.createStatement().execute("LOCK TABLE tollgate.scim_user IN ACCESS EXCLUSIVE MODE");
      Answer answer = large.get("/Users?count=1");
      assertRefused(answer, 503, null);
      assertThat(answer.header("Retry-After")).isNotNull();
    }
  }
}
