package io.tollgate.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.clerk.backend_api.models.components.EnterpriseConnection;
import com.clerk.backend_api.models.operations.CreateEnterpriseConnectionRequestBody;
import com.clerk.backend_api.models.operations.CustomAttributes;
import com.clerk.backend_api.models.operations.Provider;
import com.clerk.backend_api.models.operations.Saml;
import com.clerk.backend_api.models.operations.UpdateEnterpriseConnectionRequestBody;
import com.clerk.backend_api.models.operations.UpdateEnterpriseConnectionSaml;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The published Java client works over enterprise connections. */
class PublishedConnectionClientTest extends PublishedClientCase {
  private static EnterpriseConnection created(String name) {
    return clerk
        .enterpriseConnections()
        .create()
        .request(
            CreateEnterpriseConnectionRequestBody.builder()
                .name(name)
                .provider(Provider.SAML_OKTA)
                .domains(List.of("example.com"))
                .saml(Saml.builder().idpEntityId("urn:idp").build())
                .customAttributes(
                    List.of(
                        CustomAttributes.builder()
                            .name("Title")
                            .key("title")
                            .scimPath("title")
                            .build()))
                .build())
        .call()
        .enterpriseConnection()
        .orElseThrow();
  }

  @Test
  void a_connection_is_created_found_changed_and_deleted() {
    EnterpriseConnection made = created("One");
    assertThat(made.domains()).containsExactly("example.com");
    assertThat(made.samlConnection().get().idpEntityId().get()).isEqualTo("urn:idp");
    assertThat(made.customAttributes().orElseThrow().getFirst().scimPath()).contains("title");
    String id = made.id();
    EnterpriseConnection changed =
        clerk
            .enterpriseConnections()
            .update(
                id,
                UpdateEnterpriseConnectionRequestBody.builder()
                    .active(true)
                    .domains(List.of())
                    .syncUserAttributes(false)
                    .disableAdditionalIdentifications(true)
                    .saml(UpdateEnterpriseConnectionSaml.builder().name("By SAML").build())
                    .build())
            .enterpriseConnection()
            .orElseThrow();
    assertThat(changed.active()).isTrue();
    assertThat(changed.domains()).containsExactly("example.com");
    assertThat(changed.syncUserAttributes()).contains(false);
    assertThat(changed.disableAdditionalIdentifications()).contains(true);
    assertThat(changed.samlConnection().get().name()).contains("By SAML");
    assertThat(clerk.enterpriseConnections().get(id).enterpriseConnection().orElseThrow().name())
        .isEqualTo("One");
    assertThat(clerk.enterpriseConnections().delete(id).deletedObject().orElseThrow().deleted())
        .isTrue();
  }

  @Test
  void a_list_is_of_those_that_are_active() {
    EnterpriseConnection made = created("Two");
    assertThat(
            clerk
                .enterpriseConnections()
                .list()
                .active(false)
                .call()
                .enterpriseConnections()
                .orElseThrow()
                .data())
        .extracting(EnterpriseConnection::id)
        .contains(made.id());
  }
}
