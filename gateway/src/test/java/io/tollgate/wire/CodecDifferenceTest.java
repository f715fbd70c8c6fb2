package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.tollgate.wire.Understood.Own;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What is accepted here means the same to Netty's codec, which is what most JVM servers read it by:
 * start line, fields, body, and where the message ends.
 */
class CodecDifferenceTest {
  private static final int MESSAGES = 100_000;

  /** Fewer would mean that the grammar makes little but noise. */
  private static final int ACCEPTED_MIN = MESSAGES / 2;

  private static final int SHOWN_MAX = 10;

  /** Where Netty tells something else, and why it is left at that. */
  private enum Deliberate {
    /** Netty takes white space off the reason; there it means nothing, so it passes here. */
    REASON {
      @Override
      Understood asNetty(Understood ours) {
        String reason = ours.start().substring(4).strip();
        String start = ours.start().substring(0, 4) + reason;
        return new Understood(start, ours.fields(), ours.body());
      }
    },

    /** Where there is never a body, Netty forgets the coding; here no coding passes anyway. */
    CODING_OF_NOTHING {
      @Override
      Understood asNetty(Understood ours) {
        List<String> fields = new ArrayList<>(ours.fields());
        if (ours.start().matches("(1..|204|304) .*")) {
          fields.removeIf(field -> field.toLowerCase(Locale.ROOT).startsWith("transfer-encoding:"));
        }
        return new Understood(ours.start(), fields, ours.body());
      }
    };

    /** Returns what Netty would tell, if this were all that it tells otherwise. */
    abstract Understood asNetty(Understood ours);
  }

  private final Set<Deliberate> met = EnumSet.noneOf(Deliberate.class);

  @Test
  void an_accepted_request_means_the_same_to_netty() {
    RequestHead pad = Heads.requestPad();
    compare(
        new MessageGrammar(5)::request,
        bytes -> Understood.request(pad, bytes),
        new NettyReader(HttpRequestDecoder::new));
    assertThat(met).isEmpty();
  }

  @Test
  void an_accepted_response_means_the_same_to_netty_but_for_what_means_nothing() {
    ResponseHead pad = Heads.responsePad();
    compare(
        new MessageGrammar(6)::response,
        bytes -> Understood.response(pad, bytes),
        new NettyReader(HttpResponseDecoder::new));
    assertThat(met).containsExactly(Deliberate.values());
  }

  private void compare(
      Supplier<byte[]> grammar, Function<byte[], @Nullable Own> reader, NettyReader netty) {
    List<String> differences = new ArrayList<>();
    int accepted = 0;
    for (int i = 0; i < MESSAGES && differences.size() < SHOWN_MAX; i++) {
      byte[] bytes = grammar.get();
      Own own = reader.apply(bytes);
      if (own == null) {
        continue;
      }
      accepted++;
      Object theirs = netty.read(bytes, own);
      if (!own.message().equals(theirs) && !isDeliberate(own.message(), theirs)) {
        differences.add(
            String.format(
                "%nsent:   %s%nours:   %s%ntheirs: %s",
                escaped(Heads.text(bytes, 0, bytes.length)),
                escaped(own.message()),
                escaped(theirs)));
      }
    }
    assertThat(differences).isEmpty();
    assertThat(accepted).isGreaterThan(ACCEPTED_MIN);
  }

  private boolean isDeliberate(Understood ours, Object theirs) {
    Understood told = ours;
    for (Deliberate deliberate : Deliberate.values()) {
      Understood next = deliberate.asNetty(told);
      if (!next.equals(told)) {
        met.add(deliberate);
        told = next;
      }
    }
    return told.equals(theirs);
  }

  private static String escaped(Object text) {
    return text.toString().replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t");
  }
}
