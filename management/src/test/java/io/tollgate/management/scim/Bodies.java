package io.tollgate.management.scim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Bodies in short: with apostrophes for quotes. */
final class Bodies {
  static final String EMAILS = "'emails': [{'value': 'a@b.c', 'type': 'work'}]";

  private Bodies() {}

  static ObjectNode json(String text) {
    return ScimJson.parse(text.replace('\'', '"'));
  }

  /** Returns a user who has a name, an address, and these members. */
  static ObjectNode user(String members) {
    String more = members.isBlank() ? "" : ", " + members;
    return json("{'userName': 'a', " + EMAILS + more + "}");
  }

  /** Returns a PATCH of these operations. */
  static ObjectNode patch(String operations) {
    return json(
        "{'schemas': ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], 'Operations': ["
            + operations
            + "]}");
  }

  /** Returns how something is refused: its kind, and what it says. */
  static String refusal(ThrowingCallable action) {
    ScimError error = catchThrowableOfType(ScimError.class, action);
    assertThat(error).as("a refusal").isNotNull();
    return error.status() + " " + error.scimType() + ": " + error.detail();
  }
}
