// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A cgroup of its own in the hierarchy of the pids controller, gone afterwards. By its name its
 * processes are a workload of their own: a unit of systemd's.
 */
public record Cgroup(Path folder, long id) implements AutoCloseable {

  private static final Path V1 = Path.of("/sys/fs/cgroup/pids");
  private static final Path ROOT = Files.isDirectory(V1) ? V1 : Path.of("/sys/fs/cgroup");

  public static Cgroup create() throws IOException {
    String name = "modelwarden-test-%d.scope".formatted(System.nanoTime());
    return at(Files.createDirectory(ROOT.resolve(name)));
  }

  /** One that pods' are made below, as the kubelet has. */
  public static Cgroup ofKubelet() throws IOException {
    String name = "modelwarden-test-%d-kubepods.slice".formatted(System.nanoTime());
    return at(Files.createDirectory(ROOT.resolve(name)));
  }

  /** One below it, gone with it. */
  public Cgroup child(String name) throws IOException {
    return at(Files.createDirectory(folder.resolve(name)));
  }

  /** As the kernel knows it, from the root of the hierarchy. */
  String path() {
    return "/" + ROOT.relativize(folder);
  }

  /** Name of the workload. */
  public String workload() {
    return folder.getFileName().toString();
  }

  /** Its last process may still be on its way out. */
  @Override
  public void close() {
    for (int i = 0; i < 100 && Files.exists(folder); i++) {
      below().forEach(each -> each.toFile().delete());
    }
  }

  private List<Path> below() {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList();
    } catch (IOException | java.io.UncheckedIOException gone) {
      return List.of();
    }
  }

  private static Cgroup at(Path folder) throws IOException {
    return new Cgroup(folder, (long) Files.getAttribute(folder, "unix:ino"));
  }
}
