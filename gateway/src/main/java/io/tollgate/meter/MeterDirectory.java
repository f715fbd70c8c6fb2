package io.tollgate.meter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one process that meters, which no other may use meanwhile: its name, the number
 * of its start, and its segments. Confined to the meter's thread, once it is taken.
 */
final class MeterDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MeterDirectory.class);
  private static final String OPEN = ".open";
  private static final String CLOSED = ".closed";
  private static final String DRAFT = ".new";
  private static final String ASIDE = "aside";

  private final Path path;
  private final FileChannel lockFile;
  private final UUID instance;
  private final long boot;

  private MeterDirectory(Path path, FileChannel lockFile, UUID instance, long boot) {
    this.path = path;
    this.lockFile = lockFile;
    this.instance = instance;
    this.boot = boot;
  }

  /**
   * Makes the directory where it is missing, takes it for this process and counts the start.
   *
   * @throws IllegalStateException with a sentence for the operator where that can't be
   */
  static MeterDirectory take(Path given) {
    Path path = given.toAbsolutePath().normalize();
    try {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      FileChannel lockFile =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (!locks(lockFile)) {
          throw new IllegalStateException(
              "another process meters in "
                  + path
                  + ": stop it, or give this one a data-dir of its own");
        }
        return new MeterDirectory(path, lockFile, instance(path), nextBoot(path));
      } catch (IOException | IllegalStateException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IllegalStateException(path + " can't be used to meter in: " + e, e);
    }
  }

  private static boolean locks(FileChannel channel) throws IOException {
    try {
      // The kernel drops the lock with its holder, so a killed one leaves none behind.
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static UUID instance(Path path) throws IOException {
    Path file = path.resolve("instance");
    if (!Files.exists(file)) {
      write(file, StandardCharsets.UTF_8.encode(UUID.randomUUID() + "\n"));
    }
    String text = Files.readString(file).strip();
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          file
              + " must hold a UUID, which names this place in the ledger; it holds \""
              + text
              + "\": restore it, or move the directory away",
          e);
    }
  }

  /**
   * Returns a number that is greater than that of any start before; by the clock, so that it is
   * also where an old copy of the directory was put back. It is on the disk when this returns.
   */
  private static long nextBoot(Path path) throws IOException {
    Path file = path.resolve("boot");
    long last = 0;
    if (Files.exists(file)) {
      String text = Files.readString(file).strip();
      try {
        last = Long.parseLong(text);
      } catch (NumberFormatException e) {
        LOG.warn("{} holds no number but \"{}\": it is counted by the clock", file, text);
      }
    }
    long next = Math.max(last + 1, System.currentTimeMillis());
    write(file, StandardCharsets.UTF_8.encode(next + "\n"));
    return next;
  }

  UUID instance() {
    return instance;
  }

  long boot() {
    return boot;
  }

  /** Returns the file of one of the segments of an event loop. */
  Path open(int loop, int number) {
    return path.resolve(loop + "-" + number + OPEN);
  }

  /** Writes a closed segment, whole or not at all, and has it on the disk when it returns. */
  Path writeClosed(ByteBuffer closed) throws IOException {
    Path file = closedFile(closed);
    write(file, closed.duplicate().rewind());
    return file;
  }

  private Path closedFile(ByteBuffer closed) {
    // Names of one length, so that they are in the order of their numbers.
    return path.resolve(
        "%016d-%012d%s"
            .formatted(
                Layout.get(closed, Layout.BOOT_AT),
                Layout.get(closed, Layout.SEQUENCE_AT),
                CLOSED));
  }

  private static void write(Path file, ByteBuffer bytes) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + DRAFT);
    try (var channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Has the kernel write to the disk which files there are. */
  void force() throws IOException {
    try (var directory = FileChannel.open(path, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /** Closes what earlier processes have left open, in the order of its numbers or not. */
  void recover(boolean keeps, long nowMillis) throws IOException {
    for (Path draft : files(DRAFT)) {
      // What it would have become still stands where it was made from.
      Files.delete(draft);
    }
    for (Path file : files(OPEN)) {
      ByteBuffer bytes = read(file);
      if (keeps && Segments.isSegment(bytes) && Segments.isBegun(bytes)) {
        recover(Segments.closed(bytes, nowMillis));
        Files.delete(file);
      } else if (keeps && !Segments.isSegment(bytes) && !isBlank(bytes)) {
        setAside(file);
      } else {
        Files.delete(file);
      }
    }
    force();
  }

  private void recover(ByteBuffer closed) throws IOException {
    Path file = closedFile(closed);
    if (!Files.exists(file) || Segments.read(read(file)) == null) {
      writeClosed(closed);
    }
  }

  /** A file that was being made when its process ended has nothing in it. */
  private static boolean isBlank(ByteBuffer bytes) {
    return bytes.capacity() < Layout.HEAD_BYTES || Layout.get(bytes, Layout.MAGIC_AT) == 0;
  }

  /** Returns the closed segments, in the order of their numbers. */
  List<Path> closed() throws IOException {
    return files(CLOSED);
  }

  private List<Path> files(String ending) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(ending))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  /** Returns a file's bytes, at an address that words can be read from. */
  static ByteBuffer read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
  }

  /** Puts a file that nobody can read where it is in nobody's way, for somebody to look at. */
  void setAside(Path file) throws IOException {
    Path aside = Files.createDirectories(path.resolve(ASIDE));
    Path place = aside.resolve(System.currentTimeMillis() + "-" + file.getFileName());
    Files.move(file, place, StandardCopyOption.ATOMIC_MOVE);
    LOG.error("{} is no segment and was set aside as {}", file, place);
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      LOG.debug("the lock of {} goes with the process", path, e);
    }
  }
}
