package io.tollgate.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;

/** Asks a peer with a good, a wrong and no key, before it is measured. */
final class AnswerCheck {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final Wire wire;
  private final HttpClient client;
  private final String path;
  private final byte[] expected;
  private final KeyFile keys;

  AnswerCheck(String path, byte[] expected, KeyFile keys, Wire wire) {
    this.wire = wire;
    client = wire.client(DEADLINE);
    this.path = path;
    this.expected = expected;
    this.keys = keys;
  }

  /**
   * Asks it.
   *
   * @throws WrongAnswer if a good key is not answered with the whole body, or, by a peer that
   *     checks keys, another one with anything but 401
   */
  void check(Peer peer) {
    for (int key : new int[] {0, peer.keys() / 2, peer.keys() - 1}) {
      HttpResponse<byte[]> answer =
          ask(peer, request(peer).header(Requests.KEY_HEADER, keys.key(key)));
      demand(peer, answer, "a good key", 200);
      if (!Arrays.equals(answer.body(), expected)) {
        throw new WrongAnswer(peer, "a good key with another body");
      }
    }
    if (peer.checksKeys()) {
      String wrong = new StringBuilder(keys.key(0)).reverse().toString();
      demand(peer, ask(peer, request(peer).header(Requests.KEY_HEADER, wrong)), "a wrong key", 401);
      demand(peer, ask(peer, request(peer)), "a missing key", 401);
    }
  }

  private HttpRequest.Builder request(Peer peer) {
    URI uri = URI.create(wire.scheme() + "://" + Peer.HOST + ":" + peer.port() + path);
    return HttpRequest.newBuilder(uri).timeout(DEADLINE);
  }

  private HttpResponse<byte[]> ask(Peer peer, HttpRequest.Builder request) {
    try {
      return client.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new WrongAnswer(peer, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void demand(Peer peer, HttpResponse<byte[]> answer, String asked, int status) {
    if (answer.version() != wire.version()) {
      throw new WrongAnswer(peer, asked + " by " + answer.version());
    }
    if (answer.statusCode() != status) {
      throw new WrongAnswer(peer, asked + " with " + answer.statusCode());
    }
  }
}
