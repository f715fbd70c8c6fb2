package io.tollgate.load;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The keys that {@link BulkKeys} has listed, in one array: a million are 45 MB. Immutable. */
final class KeyFile {
  private final byte[] keys;
  private final int keyLength;

  private KeyFile(byte[] keys, int keyLength) {
    this.keys = keys;
    this.keyLength = keyLength;
  }

  /** Reads the keys of a file whose lines are all of one length. */
  static KeyFile read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] text = in.readAllBytes();
      int keyLength = indexOf(text, (byte) ' ');
      int lineLength = indexOf(text, (byte) '\n') + 1;
      int count = text.length / lineLength;
      byte[] keys = new byte[count * keyLength];
      for (int i = 0; i < count; i++) {
        System.arraycopy(text, i * lineLength, keys, i * keyLength, keyLength);
      }
      return new KeyFile(keys, keyLength);
    }
  }

  private static int indexOf(byte[] text, byte wanted) {
    for (int i = 0; i < text.length; i++) {
      if (text[i] == wanted) {
        return i;
      }
    }
    throw new IllegalArgumentException("the file of keys holds none");
  }

  int count() {
    return keys.length / keyLength;
  }

  int keyLength() {
    return keyLength;
  }

  String key(int index) {
    int from = index * keyLength;
    byte[] key = Arrays.copyOfRange(keys, from, from + keyLength);
    return new String(key, StandardCharsets.US_ASCII);
  }

  void writeTo(ByteBuf request, int index) {
    request.writeBytes(keys, index * keyLength, keyLength);
  }
}
