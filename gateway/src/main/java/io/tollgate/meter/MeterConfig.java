package io.tollgate.meter;

import io.tollgate.setting.Bounds;
import java.nio.file.Path;

/**
 * Where a gateway keeps what it has counted until the ledger has it.
 *
 * @param directory of this process alone; it must survive a restart
 * @param spoolBytesMax the most that waits there
 * @param whenFull what happens then
 * @param segmentRows how many keys a segment has room for
 */
public record MeterConfig(Path directory, int spoolBytesMax, WhenFull whenFull, int segmentRows) {
  public static final int SPOOL_BYTES_MAX = 1 << 30;
  private static final int SPOOL_BYTES_LEAST = 1 << 20;
  private static final int SEGMENT_ROWS = 4_096;
  private static final int SEGMENT_ROWS_MAX = 1 << 20;

  public MeterConfig {
    Bounds.check("meter.spool-bytes-max", spoolBytesMax, SPOOL_BYTES_LEAST, Integer.MAX_VALUE);
    Bounds.check("rows of a segment", segmentRows, 1, SEGMENT_ROWS_MAX);
  }

  /** Makes a configuration with segments of the usual size. */
  public MeterConfig(Path directory, int spoolBytesMax, WhenFull whenFull) {
    this(directory, spoolBytesMax, whenFull, SEGMENT_ROWS);
  }
}
