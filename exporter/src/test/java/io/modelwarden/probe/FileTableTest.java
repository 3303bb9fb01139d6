// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static io.modelwarden.probe.AttachedKernel.attached;
import static io.modelwarden.probe.AttachedKernel.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.FileFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class FileTableTest {

  @TempDir Path folder;

  /** The kernel side notes a file first and where it lies after that: a poll may come between. */
  @Test
  void formatOfAModel_isAskedForUntilItsPathIsKnown() throws Exception {
    Path model = Files.write(folder.resolve("late.safetensors"), new byte[2 << 20]);
    long inode = (Long) Files.getAttribute(model, "unix:ino");
    List<FileFacts> seen = new ArrayList<>();
    try (KernelSide kernel = attached()) {
      FileTable files = new FileTable(kernel.map("files"), kernel.layouts());
      read(model);
      files.poll(id -> Optional.empty(), file -> seen.add(file.file()));
      files.poll(id -> Optional.of("safetensors"), file -> seen.add(file.file()));
      files.poll(id -> Optional.of("gguf"), file -> seen.add(file.file()));
    }
    assertThat(seen.stream().filter(file -> file.inode() == inode).map(FileFacts::format))
        .containsExactly("unknown", "safetensors");
  }

  /** The first of several with one content names it, whatever order a hash has. */
  @Test
  void files_areToldInTheOrderInWhichTheyWereMet() throws Exception {
    List<FileFacts> seen = new ArrayList<>();
    try (KernelSide kernel = attached()) {
      FileTable files = new FileTable(kernel.map("files"), kernel.layouts());
      for (int i = 0; i < 20; i++) {
        read(Files.write(folder.resolve(i + ".safetensors"), new byte[2 << 20]));
      }
      files.poll(id -> Optional.empty(), file -> seen.add(file.file()));
    }
    assertThat(seen).hasSizeGreaterThanOrEqualTo(20);
    assertThat(seen).extracting(FileFacts::id).isSorted();
  }
}
