package io.tollgate.wire;

/** Why a message can't be taken: it could be read in more than one way, or is too large. */
public enum Malformed {
  REQUEST_LINE,
  REQUEST_LINE_TOO_LONG,
  VERSION,
  TARGET,
  HOST,
  FIELD,
  FRAMING,
  CODING,
  EXPECTATION,
  STATUS_LINE,
  CHUNK,
  TOO_MANY_FIELDS,
  HANDSHAKE,
  HANDSHAKE_VERSION
}
