package io.tollgate.store;

/**
 * What a store may hold under an address: a key, or what many keys have in common and name.
 *
 * <p>What is common stands once, so that changing it is one write, however many keys it concerns.
 */
public sealed interface StoredRecord
    permits KeyRecord, InstanceRecord, SubjectRecord, RoleRecord, PlanRecord, SecretKeyRecord {}
