package io.tollgate.wire;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The head of a message: its bytes, and where in them each field stands. A scratch pad that is used
 * for one message after another, so that reading a head allocates nothing.
 *
 * <p>Not safe for threads: confined to the event loop that owns it.
 */
public abstract class Head {
  /** More options than this in one message's {@code Connection} are an attack, not a need. */
  private static final int OPTIONS_MAX = 32;

  private static final int MARKS = 4;
  private static final int BYTES_INITIAL = 1024;
  private static final int FIELDS_INITIAL = 24;
  private static final int SMALL_BYTES = 8 * 1024;

  /** Zeros behind the head, so that looking one or two bytes ahead needs no check. */
  private static final int SENTINELS = 4;

  private final int fieldsMax;
  private byte[] bytes = new byte[BYTES_INITIAL];
  private int end;

  private int fieldCount;
  private Field[] fields = new Field[FIELDS_INITIAL];
  private int[] marks = new int[FIELDS_INITIAL * MARKS];

  private final int[] options = new int[2 * OPTIONS_MAX];
  private int optionCount;
  private boolean close;
  private boolean keepAlive;

  private Framing framing = Framing.NONE;
  private long contentLength;
  private int lengths;
  private int codings;
  private int codingField;
  private @Nullable Malformed fault;

  Head(int fieldsMax) {
    this.fieldsMax = fieldsMax;
  }

  /** Reads the start line and returns where the fields begin; {@link #fault} tells of a failure. */
  abstract int parseStartLine(byte[] head, int length);

  /** Takes what is special about a field of this kind of message. */
  abstract @Nullable Malformed takeField(int field);

  /** Decides the framing and checks what must hold of the message as a whole. */
  abstract @Nullable Malformed complete();

  /**
   * Reads a whole head, of {@code length} bytes with its last empty line, and consumes it.
   *
   * @return null if it is well-formed, else what is wrong; then nothing else may be read of it
   */
  public final @Nullable Malformed parse(ByteBuf from, int length) {
    reserve(length);
    from.readBytes(bytes, 0, length);
    return parse(length);
  }

  /**
   * Reads a whole head that was spelled there, and returns what {@link #parse(ByteBuf, int)} does.
   */
  public final @Nullable Malformed parse(HeadBuffer from) {
    reserve(from.length());
    System.arraycopy(from.bytes(), 0, bytes, 0, from.length());
    return parse(from.length());
  }

  private void reserve(int length) {
    if (bytes.length < length + SENTINELS) {
      bytes = new byte[Integer.highestOneBit(length + SENTINELS) << 1];
    }
  }

  /** Forgets the message, so that nothing of it is taken for a part of the next. */
  public final void clear() {
    end = 0;
    reset();
  }

  private @Nullable Malformed parse(int length) {
    Arrays.fill(bytes, length, length + SENTINELS, (byte) 0);
    end = length;
    reset();
    fault = null;
    int fieldsStart = parseStartLine(bytes, length);
    Malformed found = fault == null ? parseFields(fieldsStart) : fault;
    return found == null ? complete() : found;
  }

  final int fail(Malformed what) {
    fault = what;
    return 0;
  }

  void reset() {
    fieldCount = 0;
    optionCount = 0;
    close = false;
    keepAlive = false;
    framing = Framing.NONE;
    contentLength = 0;
    lengths = 0;
    codings = 0;
  }

  private @Nullable Malformed parseFields(int start) {
    byte[] head = bytes;
    int at = start;
    while (!(head[at] == Octets.CR && head[at + 1] == Octets.LF)) {
      int nameStart = at;
      while (Octets.folded(head[at]) != 0) {
        at++;
      }
      if (at == nameStart || head[at] != ':') {
        return Malformed.FIELD;
      }
      int nameEnd = at++;
      while (Octets.isSpace(head[at])) {
        at++;
      }
      int valueStart = at;
      while (Octets.isInValue(head[at])) {
        at++;
      }
      if (head[at] != Octets.CR || head[at + 1] != Octets.LF) {
        return Malformed.FIELD;
      }
      Malformed found = addField(nameStart, nameEnd, valueStart, trimmed(valueStart, at));
      if (found != null) {
        return found;
      }
      at += 2;
    }
    return at + 2 == end ? null : Malformed.FIELD;
  }

  private int trimmed(int valueStart, int lineEnd) {
    int valueEnd = lineEnd;
    while (valueEnd > valueStart && Octets.isSpace(bytes[valueEnd - 1])) {
      valueEnd--;
    }
    return valueEnd;
  }

  private @Nullable Malformed addField(int nameStart, int nameEnd, int valueStart, int valueEnd) {
    if (fieldCount == fieldsMax) {
      return Malformed.TOO_MANY_FIELDS;
    }
    if (fieldCount == fields.length) {
      fields = Arrays.copyOf(fields, 2 * fieldCount);
      marks = Arrays.copyOf(marks, 2 * fieldCount * MARKS);
    }
    Field field = Field.of(bytes, nameStart, nameEnd);
    if (field.isFraming() && hasTab(nameEnd, valueStart, valueEnd)) {
      return Malformed.FRAMING;
    }
    int mark = fieldCount * MARKS;
    marks[mark] = nameStart;
    marks[mark + 1] = nameEnd;
    marks[mark + 2] = valueStart;
    marks[mark + 3] = valueEnd;
    fields[fieldCount] = field;
    int index = fieldCount++;
    return switch (field) {
      case OTHER -> null;
      case CONNECTION -> takeOptions(valueStart, valueEnd);
      case CONTENT_LENGTH -> takeLength(valueStart, valueEnd);
      case TRANSFER_ENCODING -> takeCoding(index);
      default -> takeField(index);
    };
  }

  /** Some take a tab around a value for a part of it, and then miss the framing. */
  private boolean hasTab(int nameEnd, int valueStart, int valueEnd) {
    for (int at = nameEnd + 1; at < valueStart; at++) {
      if (bytes[at] == Octets.TAB) {
        return true;
      }
    }
    return Octets.isSpace(bytes[valueEnd]);
  }

  private @Nullable Malformed takeLength(int valueStart, int valueEnd) {
    contentLength = Octets.decimal(bytes, valueStart, valueEnd);
    lengths++;
    // Even two that agree are refused: somebody on the way may read but one of them.
    return contentLength < 0 || lengths > 1 ? Malformed.FRAMING : null;
  }

  private @Nullable Malformed takeCoding(int index) {
    codings++;
    codingField = index;
    return codings > 1 ? Malformed.FRAMING : null;
  }

  private @Nullable Malformed takeOptions(int valueStart, int valueEnd) {
    int at = valueStart;
    while (at <= valueEnd) {
      while (at < valueEnd && (Octets.isSpace(bytes[at]) || bytes[at] == ',')) {
        at++;
      }
      int start = at;
      while (at < valueEnd && Octets.folded(bytes[at]) != 0) {
        at++;
      }
      if (start < at && !takeOption(start, at)) {
        return Malformed.FIELD;
      }
      while (at < valueEnd && Octets.isSpace(bytes[at])) {
        at++;
      }
      if (at < valueEnd && bytes[at] != ',') {
        return Malformed.FIELD;
      }
      at++;
    }
    return null;
  }

  private boolean takeOption(int start, int optionEnd) {
    if (Octets.equalIgnoringCase(bytes, start, optionEnd, "close")) {
      close = true;
    } else if (Octets.equalIgnoringCase(bytes, start, optionEnd, "keep-alive")) {
      keepAlive = true;
    } else if (optionCount == OPTIONS_MAX) {
      return false;
    } else {
      options[2 * optionCount] = start;
      options[2 * optionCount + 1] = optionEnd;
      optionCount++;
    }
    return true;
  }

  /**
   * Decides by the fields of framing: chunked alone or a length alone, or neither.
   *
   * @param chunksKnown whether the message's version knows chunks
   * @param neither what holds where the message says nothing
   */
  final @Nullable Malformed frame(boolean chunksKnown, Framing neither) {
    if (codings > 0) {
      if (lengths > 0 || !chunksKnown) {
        return Malformed.FRAMING;
      }
      if (!isValue(codingField, "chunked")) {
        return Malformed.CODING;
      }
      framing = Framing.CHUNKED;
    } else if (lengths > 0) {
      framing = contentLength == 0 ? Framing.NONE : Framing.LENGTH;
    } else {
      framing = neither;
    }
    return null;
  }

  /** Says that there is no body, whatever the fields tell of the one there might have been. */
  final void frameNothing() {
    framing = Framing.NONE;
  }

  public final Framing framing() {
    return framing;
  }

  /** Returns the value of {@code Content-Length}, or -1 if there is none. */
  public final long contentLength() {
    return lengths == 0 ? -1 : contentLength;
  }

  /** Returns whether the sender says that the connection ends with this message. */
  public final boolean isClose() {
    return close;
  }

  final boolean isKeepAlive() {
    return keepAlive;
  }

  public final int fieldCount() {
    return fieldCount;
  }

  public final Field field(int index) {
    return fields[index];
  }

  /** Returns whether it is worth keeping for the next message. */
  public final boolean isSmall() {
    return bytes.length <= SMALL_BYTES;
  }

  public final byte[] bytes() {
    return bytes;
  }

  final int nameStart(int index) {
    return marks[index * MARKS];
  }

  final int nameEnd(int index) {
    return marks[index * MARKS + 1];
  }

  public final int valueStart(int index) {
    return marks[index * MARKS + 2];
  }

  public final int valueEnd(int index) {
    return marks[index * MARKS + 3];
  }

  /** Returns a field's value as text; allocates. */
  public final String value(int index) {
    return Octets.text(bytes, valueStart(index), valueEnd(index));
  }

  /** Returns the index of the first such field, or -1. */
  public final int indexOf(Field field) {
    for (int i = 0; i < fieldCount; i++) {
      if (fields[i] == field) {
        return i;
      }
    }
    return -1;
  }

  /** Returns the index of the one field of that name, or -1 if there is none or more than one. */
  final int onlyIndexOf(Field field) {
    int found = indexOf(field);
    for (int i = found + 1; found >= 0 && i < fieldCount; i++) {
      if (fields[i] == field) {
        return -1;
      }
    }
    return found;
  }

  /** Compares a field's value without regard to case; {@code lower} is in lower case. */
  final boolean isValue(int index, String lower) {
    return Octets.equalIgnoringCase(bytes, valueStart(index), valueEnd(index), lower);
  }

  /** Returns whether {@code Connection} names that option; {@code lower} is in lower case. */
  final boolean hasOption(String lower) {
    for (int i = 0; i < optionCount; i++) {
      if (Octets.equalIgnoringCase(bytes, options[2 * i], options[2 * i + 1], lower)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether {@code Connection} declares that the field ends at this hop. */
  final boolean isNominated(int index) {
    for (int i = 0; i < optionCount; i++) {
      if (Octets.equalIgnoringCase(
          bytes, nameStart(index), nameEnd(index), options[2 * i], options[2 * i + 1])) {
        return true;
      }
    }
    return false;
  }
}
