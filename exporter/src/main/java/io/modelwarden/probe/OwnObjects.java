// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.StructLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Tells the kernel side the ids of our own programs and maps, so that it sees who opens them. */
final class OwnObjects {

  private static final Path DESCRIPTORS = Path.of("/proc/self/fdinfo");
  private static final int PROGRAM_BY_ID = 13; // commands of bpf(2)
  private static final int MAP_BY_ID = 14;

  private OwnObjects() {}

  static void tell(KernelSide kernel) throws IOException {
    try (Stream<Path> files = Files.list(DESCRIPTORS)) {
      for (Path file : files.toList()) {
        for (String line : lines(file)) {
          tell(kernel, line, "prog_id:", PROGRAM_BY_ID);
          tell(kernel, line, "map_id:", MAP_BY_ID);
        }
      }
    }
  }

  private static void tell(KernelSide kernel, String line, String name, int command) {
    if (!line.startsWith(name)) {
      return;
    }
    StructLayout layout = kernel.layouts().ownObject;
    byte[] key = kernel.layouts().bytes(layout);
    ByteBuffer view = Layouts.view(key);
    layout.integer("command", 4).put(view, 0, command);
    layout.integer("id", 4).put(view, 0, Integer.parseInt(line.substring(name.length()).strip()));
    kernel.map("own_objects").update(key, new byte[4]);
  }

  /** That of the folder itself is gone by now. */
  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException closed) {
      return List.of();
    }
  }
}
