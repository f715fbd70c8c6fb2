package io.tollgate.ring;

/** What identifying a key came to. */
public sealed interface Verdict permits Grant, Access, Denial {}
