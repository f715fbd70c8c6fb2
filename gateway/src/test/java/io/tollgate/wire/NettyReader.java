package io.tollgate.wire;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads messages by Netty's own codec, of one connection after the other. */
final class NettyReader {
  private final Supplier<ChannelHandler> codec;
  private EmbeddedChannel channel;

  private final StringBuilder body = new StringBuilder();
  private String start = "";
  private List<String> fields = List.of();
  private @Nullable String refusal;
  private int ended;

  NettyReader(Supplier<ChannelHandler> codec) {
    this.codec = codec;
    channel = new EmbeddedChannel(codec.get());
  }

  /**
   * Reads what our reader takes for one message.
   *
   * @return the same, if Netty takes it for one message too that ends with its last byte; else what
   *     it says instead
   */
  Object read(byte[] bytes, Understood.Own own) {
    body.setLength(0);
    ended = 0;
    refusal = null;
    // All but the last byte: a message that ends before would leave that one to the next.
    feed(bytes, 0, own.length() - 1);
    boolean early = ended > 0;
    feed(bytes, own.length() - 1, own.length());
    if (!own.ended()) {
      channel.finish();
      take();
    }
    Object understood =
        refusal != null
            ? refusal
            : early && own.ended() ? "ended early" : ended != 1 ? "ended " + ended : whole();
    if (!own.ended() || !understood.equals(own.message())) {
      channel.finishAndReleaseAll();
      channel = new EmbeddedChannel(codec.get());
    }
    return understood;
  }

  private Understood whole() {
    return new Understood(start, fields, body.toString());
  }

  private void feed(byte[] bytes, int from, int to) {
    // With room for the rest, so that Netty need not join pieces in a new buffer.
    channel.writeInbound(Unpooled.buffer(bytes.length).writeBytes(bytes, from, to - from));
    take();
  }

  private void take() {
    for (HttpObject next = channel.readInbound(); next != null; next = channel.readInbound()) {
      if (next.decoderResult().isFailure()) {
        refusal = String.valueOf(next.decoderResult().cause());
      }
      if (next instanceof HttpMessage message) {
        start = startOf(message);
        fields = fieldsOf(message);
      }
      if (next instanceof HttpContent content) {
        body.append(content.content().toString(StandardCharsets.ISO_8859_1));
      }
      ended += next instanceof LastHttpContent ? 1 : 0;
      ReferenceCountUtil.release(next);
    }
  }

  private static String startOf(HttpMessage message) {
    return switch (message) {
      case HttpRequest request ->
          request.method()
              + " "
              + TargetTable.canonical(request.uri())
              + " "
              + request.protocolVersion();
      case HttpResponse response ->
          response.status().code() + " " + response.status().reasonPhrase();
      default -> message.toString();
    };
  }

  private static List<String> fieldsOf(HttpMessage message) {
    List<String> fields = new ArrayList<>();
    var all = message.headers().iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      fields.add(field.getKey() + ": " + field.getValue());
    }
    return fields;
  }
}
