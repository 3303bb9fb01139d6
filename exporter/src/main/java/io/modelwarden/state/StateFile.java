// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.state;

import io.modelwarden.session.HeldModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * The file itself. It is believed only if nobody but the agent's user can have written it. It need
 * not survive the machine: of another boot it is worth nothing, so nothing waits for a disk.
 */
public final class StateFile {

  /** Processes and models; what is said of more is forgotten with the agent. */
  public static final int MOST_HOLDERS = 4_096;

  private static final int MOST_BYTES = 2 << 20;

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Set<PosixFilePermission> FILE_MODE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> FOLDER_MODE =
      PosixFilePermissions.fromString("rwx------");

  private final Path path;

  public StateFile(Path path) {
    this.path = path;
  }

  /**
   * What an agent left in this boot of the machine; nothing if there was none.
   *
   * @param bootEpochNanos Unix time at boot by the clock of the holders' times
   * @throws StateRefused if it is not believed
   */
  public List<HeldModel> read(long bootEpochNanos) throws IOException {
    try {
      check(path.getParent(), false);
      check(path, true);
      return HolderText.decode(content(), bootId(), bootEpochNanos);
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }

  /**
   * Replaces all of it at once: who reads meanwhile, or an agent that is killed here, has the
   * earlier or the later.
   */
  public void write(List<HeldModel> holders, long bootEpochNanos) throws IOException {
    Path folder = path.getParent();
    if (!Files.exists(folder)) {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(FOLDER_MODE));
    }
    check(folder, false);
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    Files.deleteIfExists(fresh); // of an agent that was killed
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            fresh,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(FILE_MODE))) {
      ByteBuffer content = ByteBuffer.wrap(HolderText.encode(bootId(), holders, bootEpochNanos));
      while (content.hasRemaining()) {
        channel.write(content);
      }
    }
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private byte[] content() throws IOException {
    try (SeekableByteChannel channel =
        Files.newByteChannel(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      if (channel.size() > MOST_BYTES) {
        throw new StateRefused("is larger than %d bytes".formatted(MOST_BYTES));
      }
      ByteBuffer content = ByteBuffer.allocate((int) channel.size());
      while (content.hasRemaining() && channel.read(content) >= 0) {
        // to the end
      }
      return content.array();
    }
  }

  private static void check(Path place, boolean file) throws IOException {
    PosixFileAttributes found =
        file
            ? Files.readAttributes(place, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
            : Files.readAttributes(place, PosixFileAttributes.class);
    boolean kind = file ? found.isRegularFile() : found.isDirectory();
    boolean own = found.owner().equals(Files.getOwner(Path.of("/proc/self")));
    Set<PosixFilePermission> mode = found.permissions();
    if (!kind
        || !own
        || mode.contains(PosixFilePermission.GROUP_WRITE)
        || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new StateRefused(
          "%s can be written by others, is theirs or is no %s (%s of %s): who holds a model is not for them to say"
              .formatted(
                  file ? "" : "lies in " + place + ", which",
                  file ? "file" : "folder",
                  PosixFilePermissions.toString(mode),
                  found.owner().getName())
              .strip());
    }
  }

  private static String bootId() throws IOException {
    return Files.readString(BOOT_ID).strip();
  }
}
