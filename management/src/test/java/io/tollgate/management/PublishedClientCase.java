package io.tollgate.management;

import com.clerk.backend_api.Clerk;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What tests of the published client need: a service on stores of its own, and the client. */
abstract class PublishedClientCase {
  static TestPostgres postgres;
  private static TestRedis redis;
  static TestManagement management;
  static Clerk clerk;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    clerk = PublishedClientTest.client(management, TestManagement.SECRET_KEY);
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }
}
