package io.tollgate.management.scim;

/** One change of a PATCH. Those of one request are done in order, and all or none. */
public sealed interface PatchStep permits DocumentStep, MembersStep {}
