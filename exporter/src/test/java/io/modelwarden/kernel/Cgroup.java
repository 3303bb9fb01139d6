// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A cgroup of its own in the hierarchy of the pids controller, gone afterwards. By its name its
 * processes are a workload of their own: a unit of systemd's.
 */
public record Cgroup(Path folder, long id) implements AutoCloseable {

  public static Cgroup create() throws IOException {
    Path parent = Path.of("/sys/fs/cgroup/pids");
    parent = Files.isDirectory(parent) ? parent : Path.of("/sys/fs/cgroup");
    String name = "modelwarden-test-%d.scope".formatted(System.nanoTime());
    Path folder = Files.createDirectory(parent.resolve(name));
    return new Cgroup(folder, (long) Files.getAttribute(folder, "unix:ino"));
  }

  /** Name of the workload. */
  public String workload() {
    return folder.getFileName().toString();
  }

  /** Its last process may still be on its way out. */
  @Override
  public void close() {
    for (int i = 0; i < 100 && Files.exists(folder); i++) {
      folder.toFile().delete();
    }
  }
}
