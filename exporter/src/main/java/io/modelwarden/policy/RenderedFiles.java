// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import io.modelwarden.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Files that take the places of older ones together, and only whole: a collector or a Prometheus
 * that is told to reload never finds half of one.
 */
public final class RenderedFiles {

  private final Map<Path, Path> beside = new LinkedHashMap<>();

  /** Writes a file beside the one that it is to replace, and says where. */
  public Path add(Path target, String text) {
    try {
      boolean exists = Files.exists(target);
      if (exists && !Files.isRegularFile(target)) {
        throw new ConfigurationException(target + ": is no file that could be replaced: name one");
      }
      Path file = exists ? target.toRealPath() : target.toAbsolutePath();
      Path next =
          file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid());
      if (beside.put(next, file) != null) {
        throw new ConfigurationException(target + ": is named twice: name two files");
      }
      Files.deleteIfExists(next);
      Files.writeString(next, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      if (exists) {
        Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(file));
      }
      return next;
    } catch (IOException failure) {
      throw refused(target, failure);
    }
  }

  /** Lets them take their places. */
  public void replace() {
    beside.forEach(
        (next, file) -> {
          try {
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
          } catch (IOException failure) {
            throw refused(file, failure);
          }
        });
    beside.clear();
  }

  /** Removes what did not take its place. */
  public void discard() {
    for (Path next : beside.keySet()) {
      try {
        Files.deleteIfExists(next);
      } catch (IOException stays) {
        // It has a name that nobody reads.
      }
    }
    beside.clear();
  }

  private static ConfigurationException refused(Path file, IOException failure) {
    return new ConfigurationException(
        file
            + ": cannot be written ("
            + failure.getClass().getSimpleName()
            + "): name a file in a folder that is there and may be written to");
  }
}
