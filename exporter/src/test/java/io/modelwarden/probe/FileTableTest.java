// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.FileFacts;
import io.modelwarden.libbpf.LibBpf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private static KernelSide attached() {
    return KernelSide.start(
        LibBpf.load(),
        new ProbeSettings(
            1 << 20,
            64 << 20,
            true,
            false,
            List.of(".safetensors"),
            Map.of(),
            1 << 16,
            KernelFeatures.hasName("bpf_task_from_vpid"),
            false,
            ProbeSettings.Trail.defaults()));
  }

  /** By another process: what this one does is the agent's own. */
  private static void read(Path file) throws IOException, InterruptedException {
    Process reader =
        new ProcessBuilder("cat", file.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(reader.waitFor()).isZero();
  }
}
