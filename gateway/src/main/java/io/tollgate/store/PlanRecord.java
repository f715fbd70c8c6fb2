package io.tollgate.store;

import io.tollgate.plan.Plan;

/** What one version of a plan lets its payers do. It never changes. */
public record PlanRecord(Plan plan) implements StoredRecord {}
