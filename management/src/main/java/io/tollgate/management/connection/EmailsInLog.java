package io.tollgate.management.connection;

/** What the logs of connections tell of e-mail addresses. */
public enum EmailsInLog {
  /** The first character and the domain. */
  MASKED,
  /** All of them. */
  WHOLE
}
