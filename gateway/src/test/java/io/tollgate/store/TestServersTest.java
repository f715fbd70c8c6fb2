package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** What other tests rely on: the servers are real, and can be killed, frozen and started again. */
class TestServersTest {
  @Test
  void every_database_is_fresh_and_has_the_schema() {
    try (TestPostgres one = TestPostgres.database();
        TestPostgres other = TestPostgres.database()) {
      one.execute("UPDATE tollgate.change_counter SET number = 7");
      assertThat(other.query("SELECT number FROM tollgate.change_counter")).isEqualTo("0");
    }
  }

  @Test
  void a_killed_postgres_comes_back_with_its_data() {
    try (TestPostgres postgres = TestPostgres.dedicated()) {
      postgres.execute("UPDATE tollgate.change_counter SET number = 7");
      postgres.kill9();
      assertThatThrownBy(postgres::connect).isInstanceOf(SQLException.class);
      postgres.restart();
      assertThat(postgres.query("SELECT number FROM tollgate.change_counter")).isEqualTo("7");
      postgres.freeze();
      postgres.thaw();
      assertThat(postgres.query("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void a_killed_redis_comes_back_with_its_last_dump_only() {
    try (TestRedis redis = TestRedis.start()) {
      redis.command("SET", "saved", "ä");
      redis.command("SAVE");
      redis.command("SET", "lost", "1");
      redis.restart();
      assertThat(redis.command("GET", "saved")).isEqualTo("ä");
      assertThat(redis.command("GET", "lost")).isNull();
      redis.freeze();
      redis.thaw();
      assertThat(redis.command("PING")).isEqualTo("PONG");
    }
  }
}
