// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.libbpf.Clocks;
import io.modelwarden.libbpf.LibBpf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class FingerprintLooksTest {

  @TempDir Path folder;

  /** Or a copy whose path is known a moment earlier would name its original. */
  @Test
  void fileWhosePathBecomesKnown_isLookedAtAtOnce() throws Exception {
    Path model = Files.write(folder.resolve("early.safetensors"), new byte[2 << 20]);
    try (KernelSide kernel = attached();
        FileInspector inspector = new FileInspector(kernel, new OneContent())) {
      FileTable files = new FileTable(kernel.map("files"), kernel.layouts());
      Process reader =
          new ProcessBuilder("cat", model.toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      assertThat(reader.waitFor()).isZero();
      files.poll(id -> Optional.empty(), file -> {});
      long inode = (Long) Files.getAttribute(model, "unix:ino");
      long now = Clocks.bootNanos();
      FileTable.Known known =
          files.lackingFingerprint(now).stream()
              .filter(file -> file.facts().inode() == inode)
              .findFirst()
              .orElseThrow();

      assertThat(inspector.fingerprint(known, "", now)).isNull();
      assertThat(inspector.fingerprint(known, folder + "/gone", now + 1)).isNull();
      assertThat(inspector.fingerprint(known, model.toString(), now + 2)).as("too early").isNull();
      assertThat(inspector.fingerprint(known, model.toString(), now + 3_000_000_000L))
          .isEqualTo("one");
    }
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

  private static final class OneContent implements FileJudge {
    @Override
    public String fingerprint(long sizeBytes, Content content) {
      return "one";
    }

    @Override
    public String formatOfName(String path) {
      return "safetensors";
    }

    @Override
    public Judgement judge(String path, long sizeBytes, Content content) {
      return new Judgement(Verdict.MODEL, "safetensors");
    }
  }
}
