package io.tollgate.deploy;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * Postgres itself, unpacked from its jar. It goes to the data directory and not to a temporary one,
 * where another user of the machine could lay programs in wait.
 */
final class PostgresBinaries {
  private PostgresBinaries() {}

  /** Unpacks it where that has not been done; the answer is the directory that holds bin. */
  static Path unpack(Path parent) {
    Path ready = parent.resolve("postgres-bin");
    if (Files.exists(ready)) {
      return ready;
    }
    Path draft = parent.resolve("postgres-bin.new");
    try (InputStream archive = archive()) {
      Directories.remove(draft);
      unpack(archive, draft);
      // At once or not at all: half an installation would be taken for a whole one.
      return Files.move(draft, ready, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StartFault("Postgres can't be unpacked to " + draft + ": " + e.getMessage());
    }
  }

  private static InputStream archive() throws IOException {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String known = system.startsWith("mac") ? "Darwin" : "Linux";
    InputStream archive =
        DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(
            known, machine.equals("amd64") ? "x86_64" : machine);
    if (archive == null) {
      throw new IOException("no Postgres for " + system + " on " + machine + " is at hand");
    }
    return archive;
  }

  private static void unpack(InputStream archive, Path target) throws IOException {
    try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(archive))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("the archive reaches out of its directory: " + entry.getName());
        }
        Files.createDirectories(entry.isDirectory() ? path : path.resolveSibling("."));
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else if (entry.isFile()) {
          Files.copy(tar, path);
          Files.setPosixFilePermissions(path, permissions(entry.getMode()));
        }
      }
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions =
        EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    if ((mode & 0100) != 0) {
      permissions.add(PosixFilePermission.OWNER_EXECUTE);
    }
    return permissions;
  }
}
