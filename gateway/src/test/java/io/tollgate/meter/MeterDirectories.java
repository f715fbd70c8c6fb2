package io.tollgate.meter;

import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Places for processes of the tests to meter in, which go with the JVM. */
public final class MeterDirectories {
  private MeterDirectories() {}

  public static MeterConfig fresh() {
    try {
      Path directory = Files.createTempDirectory("tollgate-meter");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> TestRedis.delete(directory)));
      return new MeterConfig(directory, MeterConfig.SPOOL_BYTES_MAX, WhenFull.PASS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
