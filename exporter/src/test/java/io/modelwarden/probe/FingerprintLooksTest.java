// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static io.modelwarden.probe.AttachedKernel.attached;
import static io.modelwarden.probe.AttachedKernel.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.libbpf.Clocks;
import java.nio.file.Files;
import java.nio.file.Path;
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
      FileTable.Known known = met(kernel, model);
      long now = Clocks.bootNanos();
      assertThat(inspector.fingerprint(known, "", now)).isNull();
      assertThat(inspector.fingerprint(known, model.toString(), now + 1)).isEqualTo("one");
    }
  }

  @Test
  void fileThatIsNotWhereItsPathLeads_isLookedAtAgainLater() throws Exception {
    Path model = Files.write(folder.resolve("gone.safetensors"), new byte[2 << 20]);
    try (KernelSide kernel = attached();
        FileInspector inspector = new FileInspector(kernel, new OneContent())) {
      FileTable.Known known = met(kernel, model);
      long now = Clocks.bootNanos();
      assertThat(inspector.fingerprint(known, folder + "/elsewhere", now)).isNull();
      assertThat(inspector.fingerprint(known, model.toString(), now + 1)).isNull();
      assertThat(inspector.fingerprint(known, model.toString(), now + 3_000_000_000L))
          .isEqualTo("one");
    }
  }

  private static FileTable.Known met(KernelSide kernel, Path model) throws Exception {
    FileTable files = new FileTable(kernel.map("files"), kernel.layouts());
    read(model);
    files.poll(id -> Optional.empty(), file -> {});
    long inode = (Long) Files.getAttribute(model, "unix:ino");
    return files.lackingFingerprint(Clocks.bootNanos()).stream()
        .filter(file -> file.facts().inode() == inode)
        .findFirst()
        .orElseThrow();
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
