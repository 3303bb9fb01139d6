// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.KernelEvent.ProcessSeen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel says whose a process is, long after it and its cgroup are gone. */
@Tag("kernel")
class CgroupPathKernelTest {

  private static final long MODEL_BYTES = 8 + 1024 + 2_000_000 / 16 * 16;
  private static final String ID =
      "5d1f0a9c3b7e48d2a6c0f1e2d3c4b5a697887766554433221100ffeeddccbbaa";
  private static final String POD = "pod8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f";

  @TempDir private Path folder;

  @Test
  void pathOfTheCgroup_outlivesProcessAndCgroup() throws IOException {
    try (Observed observed = new Observed()) {
      String root;
      int pid;
      try (Cgroup cgroup = Cgroup.create()) {
        root = cgroup.path();
        pid = read(cgroup.child("kubepods").child("burstable").child(POD).child(ID));
      }
      observed.settle();
      assertThat(pathOf(observed, pid)).isEqualTo(root + "/kubepods/burstable/" + POD + "/" + ID);
    }
  }

  /** Whoever may make cgroups below his own must not push out what names his container. */
  @Test
  void deepCgroupsWithLongNames_leaveTheOutermostNames() throws IOException {
    try (Observed observed = new Observed();
        Cgroup cgroup = Cgroup.create()) {
      Cgroup inner = cgroup.child(POD).child(ID);
      for (int i = 0; i < 8; i++) {
        inner = inner.child("x".repeat(250));
      }
      int pid = read(inner);
      observed.settle();
      assertThat(pathOf(observed, pid))
          .startsWith(cgroup.path() + "/" + POD + "/" + ID + "/xxx")
          .endsWith("x…");
      assertThat(observed.lost("path_truncated")).isPositive();
    }
  }

  @Test
  void nameWithALineEnd_isEscaped() throws IOException {
    try (Observed observed = new Observed();
        Cgroup cgroup = Cgroup.create()) {
      // cgroup v1 and v2 refuse a line end in a name, but not what a terminal obeys
      int pid = read(cgroup.child("a\u001b[2Jb"));
      observed.settle();
      assertThat(pathOf(observed, pid)).isEqualTo(cgroup.path() + "/a\\u001b[2Jb");
    }
  }

  private int read(Cgroup cgroup) throws IOException {
    Path model = Files.createTempFile(folder, "weights", ".safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    Path act = Acts.path("read_file");
    return Acts.run("in_cgroup", cgroup.folder(), act, "read", model, 65536).pid();
  }

  private static String pathOf(Observed observed, int pid) {
    List<String> paths =
        observed
            .of(ProcessSeen.class, seen -> seen.process().key().pid() == pid)
            .map(seen -> seen.process().cgroupPath())
            .distinct()
            .toList();
    assertThat(paths).hasSize(1);
    return paths.get(0);
  }
}
