package io.tollgate.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.tollgate.wire.HeadBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written here, a decoder of others reads. */
class HpackWriterTest {
  private final HpackWriter writer = new HpackWriter();
  private final DefaultHttp2HeadersDecoder reader = new DefaultHttp2HeadersDecoder(true, true);

  private List<String> read(Block block) throws Http2Exception {
    ByteBuf bytes = Unpooled.buffer();
    writer.encodeHeaders(1, block, bytes);
    Http2Headers headers = reader.decodeHeaders(1, bytes);
    List<String> fields = new ArrayList<>();
    headers.forEach(field -> fields.add(field.getKey() + "=" + field.getValue()));
    return fields;
  }

  @Test
  void every_status_is_read_as_it_was() throws Http2Exception {
    for (int status = 100; status < 600; status++) {
      assertThat(read(Block.head(status, new HeadBuffer()))).containsExactly(":status=" + status);
    }
  }

  @Test
  void names_are_in_lower_case_and_values_as_they_were() throws Http2Exception {
    HeadBuffer fields =
        new HeadBuffer()
            .field("Content-Type", "Text/Plain")
            .field("X-Own", "")
            .field("WWW-Authenticate", "Bearer")
            .field("set-cookie", "a=1")
            .field("set-cookie", "b=2");
    assertThat(read(Block.head(200, fields)))
        .containsExactly(
            ":status=200",
            "content-type=Text/Plain",
            "x-own=",
            "www-authenticate=Bearer",
            "set-cookie=a=1",
            "set-cookie=b=2");
  }

  @Test
  void lengths_of_any_size_are_read() throws Http2Exception {
    for (int length : new int[] {1, 126, 127, 128, 254, 255, 256, 5_000}) {
      String value = "v".repeat(length);
      String name = "n".repeat(Math.min(length, 300));
      assertThat(read(Block.head(200, new HeadBuffer().field(name, value))))
          .containsExactly(":status=200", name + "=" + value);
    }
  }

  @Test
  void trailers_have_no_status_and_are_a_copy() throws Http2Exception {
    HeadBuffer pad = new HeadBuffer().field("grpc-status", "0");
    Block trailers = Block.trailers(pad);
    pad.clear().field("other", "1");
    assertThat(read(trailers)).containsExactly("grpc-status=0");
  }

  @Test
  void a_reader_with_a_smaller_table_is_told_that_none_is_used() throws Http2Exception {
    writer.maxHeaderTableSize(0);
    ByteBuf bytes = Unpooled.buffer();
    writer.encodeHeaders(1, Block.head(200, new HeadBuffer()), bytes);
    assertThat(bytes.readUnsignedByte()).isEqualTo((short) 0x20);
    assertThat(bytes.readUnsignedByte()).isEqualTo((short) 0x88);
    assertThat(bytes.isReadable()).isFalse();
    writer.encodeHeaders(3, Block.head(200, new HeadBuffer()), bytes);
    assertThat(bytes.readableBytes()).isEqualTo(1);
  }
}
