package io.tollgate.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Stands in for the store that a key is looked up in; it answers at once, in the peer's favour. */
final class KeyStore {
  private final Map<String, String> idsByKey;

  private KeyStore(Map<String, String> idsByKey) {
    this.idsByKey = idsByKey;
  }

  /** Reads lines of a key, a space and its id. */
  static KeyStore read(Path file) throws IOException {
    Map<String, String> idsByKey = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      int space = line.indexOf(' ');
      idsByKey.put(line.substring(0, space), line.substring(space + 1));
    }
    return new KeyStore(idsByKey);
  }

  /** Finds the key's id; empty where nobody has such a key. */
  Mono<String> find(String key) {
    return Mono.justOrEmpty(idsByKey.get(key));
  }
}
