package io.tollgate.edge;

import io.tollgate.meter.MeterConfig;
import io.tollgate.meter.WhenFull;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Places for gateways of the tests to meter in, which go with the JVM. */
final class MeterDirectories {
  private MeterDirectories() {}

  static MeterConfig fresh() {
    try {
      Path directory = Files.createTempDirectory("tollgate-meter");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> TestRedis.delete(directory)));
      return new MeterConfig(directory, MeterConfig.SPOOL_BYTES_MAX, WhenFull.PASS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
