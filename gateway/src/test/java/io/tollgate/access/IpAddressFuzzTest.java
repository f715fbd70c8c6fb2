package io.tollgate.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class IpAddressFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
            "",
            "1.2.3.4",
            "010.0.0.1",
            "::",
            "::ffff:1.2.3.4",
            "1:2:3:4:5:6:7:8",
            "1::2::3",
            "::ff:1.2.3.4")
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @MethodSource("seeds")
  @FuzzTest
  void whatever_is_taken_for_an_address_is_the_one_that_java_reads(byte[] bytes)
      throws UnknownHostException {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    IpAddress address = IpAddress.parse(bytes, 0, bytes.length);
    assertThat(IpAddress.parse(text)).isEqualTo(address);
    if (address != null) {
      assertThat(address).isEqualTo(IpAddress.of(InetAddress.getByName(text)));
      assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
    }
  }
}
