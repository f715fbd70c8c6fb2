package io.tollgate.management.directory;

import static org.assertj.core.api.Assertions.assertThat;

import de.captaingoldfish.scim.sdk.client.ScimClientConfig;
import de.captaingoldfish.scim.sdk.client.ScimRequestBuilder;
import de.captaingoldfish.scim.sdk.client.response.ServerResponse;
import de.captaingoldfish.scim.sdk.common.constants.EndpointPaths;
import de.captaingoldfish.scim.sdk.common.constants.enums.Comparator;
import de.captaingoldfish.scim.sdk.common.constants.enums.PatchOp;
import de.captaingoldfish.scim.sdk.common.constants.enums.SortOrder;
import de.captaingoldfish.scim.sdk.common.resources.Group;
import de.captaingoldfish.scim.sdk.common.resources.ResourceNode;
import de.captaingoldfish.scim.sdk.common.resources.ServiceProvider;
import de.captaingoldfish.scim.sdk.common.resources.User;
import de.captaingoldfish.scim.sdk.common.resources.base.ScimObjectNode;
import de.captaingoldfish.scim.sdk.common.resources.complex.Name;
import de.captaingoldfish.scim.sdk.common.resources.multicomplex.Email;
import de.captaingoldfish.scim.sdk.common.resources.multicomplex.Member;
import de.captaingoldfish.scim.sdk.common.response.ListResponse;
import de.captaingoldfish.scim.sdk.common.schemas.Schema;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A published SCIM client, which judges strictly what it is answered, works over a directory. */
class PublishedScimClientTest {
  private static Sync.Stores stores;
  private static Sync sync;
  private static ScimRequestBuilder client;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    sync = stores.sync();
    ScimClientConfig config =
        ScimClientConfig.builder()
            .connectTimeout(5)
            .requestTimeout(10)
            .socketTimeout(10)
            .httpHeaders(Map.of("Authorization", "Bearer " + sync.token))
            .build();
    client =
        new ScimRequestBuilder("http://127.0.0.1:" + sync.management.port() + sync.path, config);
  }

  @AfterAll
  static void stop() {
    client.close();
    stores.close();
  }

  private static <T extends ScimObjectNode> T ok(ServerResponse<T> response) {
    assertThat(response.isSuccess()).as(response.getResponseBody()).isTrue();
    return response.getResource();
  }

  private static User person() {
    String name = Sync.name() + "@" + sync.domain;
    return User.builder()
        .userName(name)
        .active(true)
        .name(Name.builder().givenName("Grace").familyName("Hopper").build())
        .emails(List.of(Email.builder().value(name).type("work").primary(true).build()))
        .build();
  }

  private static User created() {
    return ok(client.create(User.class, EndpointPaths.USERS).setResource(person()).sendRequest());
  }

  private static String id(ResourceNode resource) {
    return resource.getId().orElseThrow();
  }

  @Test
  void reads_what_the_directory_tells_of_itself() {
    ServiceProvider provider =
        ok(
            client
                .get(ServiceProvider.class, EndpointPaths.SERVICE_PROVIDER_CONFIG, null)
                .sendRequest());
    assertThat(provider.getPatchConfig().isSupported()).isTrue();
    assertThat(provider.getBulkConfig().isSupported()).isFalse();
    assertThat(provider.getFilterConfig().isSupported()).isTrue();
    assertThat(provider.getFilterConfig().getMaxResults()).isEqualTo(200);
    assertThat(provider.getSortConfig().isSupported()).isTrue();
    assertThat(provider.getETagConfig().isSupported()).isTrue();
    assertThat(provider.getChangePasswordConfig().isSupported()).isFalse();
    ListResponse<Schema> schemas =
        ok(client.list(Schema.class, EndpointPaths.SCHEMAS).get().sendRequest());
    assertThat(schemas.getListedResources())
        .extracting(schema -> schema.getId().orElseThrow())
        .contains(Sync.USER, Sync.GROUP, Sync.ENTERPRISE);
  }

  @Test
  void creates_reads_replaces_patches_and_deletes_a_user() {
    User created = created();
    User read = ok(client.get(User.class, EndpointPaths.USERS, id(created)).sendRequest());
    assertThat(read.getUserName()).isEqualTo(created.getUserName());
    read.setDisplayName("Amazing Grace");
    User replaced =
        ok(
            client
                .update(User.class, EndpointPaths.USERS, id(created))
                .setResource(read)
                .sendRequest());
    assertThat(replaced.getDisplayName()).contains("Amazing Grace");
    User patched =
        ok(
            client
                .patch(User.class, EndpointPaths.USERS, id(created))
                .addOperation()
                .path("active")
                .op(PatchOp.REPLACE)
                .value("false")
                .build()
                .sendRequest());
    assertThat(patched.isActive()).contains(false);
    assertThat(
            client
                .delete(User.class, EndpointPaths.USERS, id(created))
                .sendRequest()
                .getHttpStatus())
        .isEqualTo(204);
    ServerResponse<User> gone =
        client.get(User.class, EndpointPaths.USERS, id(created)).sendRequest();
    assertThat(gone.getHttpStatus()).isEqualTo(404);
    assertThat(gone.getErrorResponse().getStatus()).isEqualTo(404);
  }

  @Test
  void finds_sorts_and_pages() {
    User created = created();
    created();
    ListResponse<User> found =
        ok(
            client
                .list(User.class, EndpointPaths.USERS)
                .filter("userName", Comparator.EQ, created.getUserName().orElseThrow())
                .build()
                .get()
                .sendRequest());
    assertThat(found.getListedResources())
        .extracting(PublishedScimClientTest::id)
        .containsExactly(id(created));
    ListResponse<User> sorted =
        ok(
            client
                .list(User.class, EndpointPaths.USERS)
                .sortBy("userName")
                .sortOrder(SortOrder.DESCENDING)
                .count(1)
                .startIndex(2)
                .post()
                .sendRequest());
    assertThat(sorted.getListedResources()).hasSize(1);
    assertThat(sorted.getTotalResults()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void creates_and_patches_a_group() {
    User member = created();
    Group group =
        ok(
            client
                .create(Group.class, EndpointPaths.GROUPS)
                .setResource(Group.builder().displayName("Mathematicians").build())
                .sendRequest());
    ServerResponse<Group> patched =
        client
            .patch(Group.class, EndpointPaths.GROUPS, id(group))
            .addOperation()
            .path("members")
            .op(PatchOp.ADD)
            .valueNode(Member.builder().value(id(member)).build())
            .build()
            .sendRequest();
    assertThat(patched.getHttpStatus()).isEqualTo(204);
    Group read = ok(client.get(Group.class, EndpointPaths.GROUPS, id(group)).sendRequest());
    assertThat(read.getMembers())
        .extracting(each -> each.getValue().orElseThrow())
        .containsExactly(id(member));
  }

  @Test
  void is_told_of_a_conflict() {
    User created = created();
    User again = person();
    again.setUserName(created.getUserName().orElseThrow());
    ServerResponse<User> refused =
        client.create(User.class, EndpointPaths.USERS).setResource(again).sendRequest();
    assertThat(refused.getHttpStatus()).isEqualTo(409);
    assertThat(refused.getErrorResponse().getScimType()).contains("uniqueness");
  }
}
