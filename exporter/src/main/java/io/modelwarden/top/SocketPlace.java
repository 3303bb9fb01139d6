// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import io.modelwarden.config.ConfigurationException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The place of an agent's socket: a folder that only its user can enter, and a lock beside it that
 * says whether an agent lives there. The lock goes with its process, so that a socket file without
 * it is a dead agent's.
 */
final class SocketPlace implements AutoCloseable {

  private static final Set<PosixFilePermission> FOLDER_MODE =
      PosixFilePermissions.fromString("rwx------");

  private final Path socket;
  private final FileChannel lock;

  private SocketPlace(Path socket, FileChannel lock) {
    this.socket = socket;
    this.lock = lock;
  }

  /**
   * Takes it, makes the folder if there is none, and removes what a dead agent left.
   *
   * @throws IOException if the folder cannot be made or written to
   * @throws ConfigurationException if another agent has it, or others could enter the folder
   */
  static SocketPlace take(Path socket) throws IOException {
    checkFolder(socket);
    FileChannel lock = lock(socket);
    try {
      removeOld(socket);
      return new SocketPlace(socket, lock);
    } catch (IOException | ConfigurationException refused) {
      close(lock);
      throw refused;
    }
  }

  static ConfigurationException refusal(Path socket, String problem) {
    return new ConfigurationException("top.socket: " + socket + " " + problem);
  }

  private static void checkFolder(Path socket) throws IOException {
    Path folder = socket.getParent();
    if (!Files.exists(folder)) {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(FOLDER_MODE));
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(folder);
    boolean own = Files.getOwner(folder).equals(Files.getOwner(Path.of("/proc/self")));
    if (!own || !FOLDER_MODE.containsAll(mode)) {
      throw refusal(
          socket,
          "lies in a folder that other users can enter or that is theirs (%s of %s): give it one of its own with mode 0700"
              .formatted(PosixFilePermissions.toString(mode), Files.getOwner(folder).getName()));
    }
  }

  private static FileChannel lock(Path socket) throws IOException {
    FileChannel channel =
        FileChannel.open(
            socket.resolveSibling(socket.getFileName() + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    if (tryLock(channel) == null) {
      close(channel);
      throw refusal(
          socket, "is that of another agent that is running: end that, or give this one another");
    }
    return channel;
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException ownProcess) {
      return null;
    }
  }

  private static void removeOld(Path socket) throws IOException {
    try {
      if (!Files.readAttributes(
              socket, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isOther()) {
        throw refusal(socket, "is there and is no socket: remove that, or give it another place");
      }
      Files.delete(socket);
    } catch (NoSuchFileException none) {
      // the usual case: agents remove theirs
    }
  }

  private static void close(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException ignored) {
      // the lock goes with the process at the latest
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(socket);
    } catch (IOException ignored) {
      // the next agent removes it
    }
    close(lock);
  }
}
