package io.tollgate.management.scim;

/** What a directory tells of: people, and the groups that hold them. */
public enum ResourceKind {
  USER("User", "Users", "urn:ietf:params:scim:schemas:core:2.0:User"),
  GROUP("Group", "Groups", "urn:ietf:params:scim:schemas:core:2.0:Group");

  private final String title;
  private final String endpoint;
  private final String schema;

  ResourceKind(String title, String endpoint, String schema) {
    this.title = title;
    this.endpoint = endpoint;
    this.schema = schema;
  }

  /** Returns what {@code meta.resourceType} says of it. */
  public String title() {
    return title;
  }

  /** Returns the last part of the path where all of them are, without a slash. */
  public String endpoint() {
    return endpoint;
  }

  /** Returns the URN of its own schema, without extensions. */
  public String schema() {
    return schema;
  }
}
