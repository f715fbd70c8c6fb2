package io.tollgate.deploy;

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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which {@code dev} keeps what survives a restart, held by one process at a time.
 * Nobody but its owner can read it.
 */
final class DataDirectory implements AutoCloseable {
  private static final String OWNER_ONLY = "rwx------";
  private static final String OWNER_READS = "rw-------";

  private final Path path;
  private final FileChannel lockFile;

  private DataDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Makes the directory where it is missing, and takes it for this process.
   *
   * @throws StartFault where another one holds it
   */
  static DataDirectory take(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    try {
      if (!Files.isDirectory(absolute)) {
        Files.createDirectories(
            absolute,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
      }
      Path lockPath = absolute.resolve("lock");
      FileChannel channel =
          FileChannel.open(
              lockPath,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      // The kernel drops the lock with its holder, so a killed one leaves none behind.
      if (!locks(channel)) {
        String holder = Files.readString(lockPath).strip();
        channel.close();
        throw new StartFault(
            "another dev (process "
                + holder
                + ") runs on "
                + absolute
                + ": stop it, or give this one a directory by "
                + Catalogue.DATA_DIR.variable());
      }
      channel.truncate(0);
      channel.write(StandardCharsets.UTF_8.encode(ProcessHandle.current().pid() + "\n"));
      return new DataDirectory(absolute, channel);
    } catch (IOException e) {
      throw new StartFault(absolute + " can't be used as data-dir: " + e);
    }
  }

  private static boolean locks(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  Path path() {
    return path;
  }

  Path file(String name) {
    return path.resolve(name);
  }

  /** Returns the text of a file that only the owner can read, null where it isn't there. */
  @Nullable String read(String name) {
    try {
      return Files.exists(file(name)) ? Files.readString(file(name)).strip() : null;
    } catch (IOException e) {
      throw new StartFault(file(name) + " can't be read: " + e.getMessage());
    }
  }

  /** Writes such a file, whole or not at all. */
  void write(String name, String text) {
    try {
      var attribute =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_READS));
      Path draft = Files.createTempFile(path, name, ".new", attribute);
      try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text + "\n");
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(draft, file(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StartFault(file(name) + " can't be written: " + e.getMessage());
    }
  }

  /** Returns the file's text, made and kept at the first time. */
  String readOrMake(String name, Supplier<String> maker) {
    @Nullable String kept = read(name);
    if (kept != null && !kept.isEmpty()) {
      return kept;
    }
    String made = maker.get();
    write(name, made);
    return made;
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      // The lock goes with the process in any case.
    }
  }
}
