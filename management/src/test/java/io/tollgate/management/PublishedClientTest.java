package io.tollgate.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clerk.backend_api.Clerk;
import com.clerk.backend_api.models.errors.ClerkError;
import com.clerk.backend_api.models.operations.CreateApiKeyRequestBody;
import com.clerk.backend_api.models.operations.CreateApiKeyResponse;
import com.clerk.backend_api.models.operations.CreateApiKeyResponseBody;
import com.clerk.backend_api.models.operations.GetApiKeysRequest;
import com.clerk.backend_api.models.operations.GetApiKeysResponseBody;
import com.clerk.backend_api.models.operations.IncludeInvalid;
import com.clerk.backend_api.models.operations.RevokeApiKeyRequestBody;
import com.clerk.backend_api.models.operations.UpdateApiKeyRequestBody;
import com.clerk.backend_api.models.operations.UpdateApiKeyResponseBody;
import com.clerk.backend_api.models.operations.VerifyApiKeyRequestBody;
import com.clerk.backend_api.models.operations.VerifyApiKeyResponseBody;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The published Java client, which is strict about statuses, types and closed enums, works against
 * this service by the change of a URL.
 */
class PublishedClientTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;
  private static Clerk clerk;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    clerk = client(TestManagement.SECRET_KEY);
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  private static Clerk client(String secretKey) {
    return client(management, secretKey);
  }

  static Clerk client(TestManagement where, String secretKey) {
    return Clerk.builder()
        .serverURL("http://127.0.0.1:" + where.port() + "/v1")
        .bearerAuth(secretKey)
        .build();
  }

  private static CreateApiKeyResponseBody create(String subject, String name) {
    CreateApiKeyResponse created =
        clerk
            .apiKeys()
            .createApiKey(
                CreateApiKeyRequestBody.builder()
                    .subject(subject)
                    .name(name)
                    .description("made by the published client")
                    .claims(Map.of("plan", "gold", "seats", 3))
                    .scopes(List.of("read", "write"))
                    .secondsUntilExpiration(3_600)
                    .build());
    assertThat(created.statusCode()).isEqualTo(200);
    return created.object().orElseThrow();
  }

  private static VerifyApiKeyResponseBody verify(String secret) {
    return clerk
        .apiKeys()
        .verifyApiKey(VerifyApiKeyRequestBody.builder().secret(secret).build())
        .object()
        .orElseThrow();
  }

  private static void assertStatus(int status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ClerkError.class, error -> assertThat(error.code()).isEqualTo(status));
  }

  @Test
  void a_key_is_created_verified_changed_and_revoked() {
    CreateApiKeyResponseBody created = create(TestManagement.subject(), "whole life");
    assertThat(created.secret()).startsWith("ak_");
    assertThat(created.expiration().orElseThrow()).isGreaterThan(created.createdAt());

    VerifyApiKeyResponseBody verified = verify(created.secret());
    assertThat(verified.id()).isEqualTo(created.id());
    assertThat(verified.scopes()).containsExactly("read", "write");
    assertThat(verified.claims().orElseThrow()).isEqualTo(Map.of("plan", "gold", "seats", 3));

    UpdateApiKeyResponseBody updated =
        clerk
            .apiKeys()
            .updateApiKey(
                created.id(), UpdateApiKeyRequestBody.builder().scopes(List.of("read")).build())
            .object()
            .orElseThrow();
    assertThat(updated.scopes()).containsExactly("read");
    assertThat(verify(created.secret()).scopes()).containsExactly("read");

    assertThat(
            clerk
                .apiKeys()
                .revokeApiKey(
                    created.id(),
                    RevokeApiKeyRequestBody.builder().revocationReason("over").build())
                .object()
                .orElseThrow()
                .revoked())
        .isTrue();
    assertStatus(404, () -> verify(created.secret()));
  }

  @Test
  void keys_are_found_one_by_one_and_listed_by_their_subject() {
    String subject = TestManagement.subject();
    CreateApiKeyResponseBody first = create(subject, "first");
    CreateApiKeyResponseBody second = create(subject, "second");
    assertThat(clerk.apiKeys().getApiKey(first.id()).object().orElseThrow().name())
        .isEqualTo("first");
    clerk.apiKeys().revokeApiKey(second.id(), RevokeApiKeyRequestBody.builder().build());
    assertThat(list(GetApiKeysRequest.builder().subject(subject).build()).totalCount())
        .isEqualTo(1);
    GetApiKeysResponseBody all =
        list(
            GetApiKeysRequest.builder()
                .subject(subject)
                .includeInvalid(IncludeInvalid.TRUE)
                .limit(1)
                .offset(1)
                .build());
    assertThat(all.totalCount()).isEqualTo(2);
    assertThat(all.data()).hasSize(1);
    assertThat(all.data().get(0).name()).isEqualTo("first");
  }

  private static GetApiKeysResponseBody list(GetApiKeysRequest request) {
    return clerk.apiKeys().getApiKeys(request).object().orElseThrow();
  }

  @Test
  void a_key_is_deleted() {
    CreateApiKeyResponseBody created = create(TestManagement.subject(), "deleted");
    assertThat(clerk.apiKeys().deleteApiKey(created.id()).object().orElseThrow().deleted())
        .isTrue();
    assertStatus(404, () -> clerk.apiKeys().getApiKey(created.id()));
  }

  @Test
  void a_secret_that_was_kept_is_shown_again() {
    try (TestManagement keeping = TestManagement.recovering(postgres, redis, "ab".repeat(32))) {
      String id = keeping.create("kept").getString("id");
      String secret =
          client(keeping, TestManagement.SECRET_KEY)
              .apiKeys()
              .getApiKeySecret(id)
              .object()
              .orElseThrow()
              .secret();
      assertThat(verify(secret).id()).isEqualTo(id);
      // Another service, which has no recovery key.
      assertStatus(400, () -> clerk.apiKeys().getApiKeySecret(id));
    }
  }

  @Test
  void what_is_refused_arrives_as_the_clients_own_error() {
    CreateApiKeyResponseBody created = create(TestManagement.subject(), "shown once");
    assertStatus(400, () -> clerk.apiKeys().getApiKeySecret(created.id()));
    assertStatus(409, () -> create(created.subject(), "shown once"));
    assertStatus(400, () -> create("nobody", "a name"));
    assertStatus(404, () -> verify("ak_unknown"));
    assertThatThrownBy(() -> client("sk_test_wrong").apiKeys().getApiKey(created.id()))
        .isInstanceOfSatisfying(ClerkError.class, error -> assertThat(error.code()).isEqualTo(401));
  }
}
