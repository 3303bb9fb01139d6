// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Open, set, load and run, in the real kernel. */
@Tag("kernel")
class BpfObjectTest {

  @Test
  void setting_madeBeforeLoad_isSeenByTheProgram() {
    try (SeamObject seam =
        SeamObject.load(
            before -> {
              before.variable("setting_answer").putInt(0, 100);
              before.variable("setting_pair").putLong(8, 11);
            })) {
      assertThat(ask(seam, 0).answer()).isEqualTo(111);
    }
  }

  @Test
  void setting_leftAlone_keepsItsDefault() {
    try (SeamObject seam = SeamObject.load()) {
      assertThat(ask(seam, 0).answer()).isEqualTo(9);
    }
  }

  @Test
  void run_bringsContextBackAndTheResult() {
    try (SeamObject seam = SeamObject.load()) {
      Answer answer = ask(seam, 77);

      assertThat(answer.signedAnswer()).isEqualTo(-77);
      assertThat(answer.result()).isEqualTo(42);
    }
  }

  @Test
  void statistics_startAtZeroAndCountTimeWhereTheKernelKeepsIt() throws IOException {
    Path keepsTime = Path.of("/proc/sys/kernel/bpf_stats_enabled");
    String before = Files.readString(keepsTime);
    try (SeamObject seam = SeamObject.load()) {
      assertThat(seam.program("ask").statistics()).isEqualTo(new BpfProgram.Statistics(0, 0));
      Files.writeString(keepsTime, "1");
      ask(seam, 1);
      BpfProgram.Statistics after = seam.program("ask").statistics();
      assertThat(after.runTimeNanos()).isBetween(1L, 1_000_000_000L);
      assertThat(after.misses()).isZero();
    } finally {
      Files.writeString(keepsTime, before);
    }
  }

  @Test
  void run_withContextTooShort_isRefusedWithTheReason() {
    try (SeamObject seam = SeamObject.load()) {
      assertThatThrownBy(() -> seam.program("ask").run(new byte[4]))
          .isInstanceOf(BpfException.class)
          .hasMessageContaining("run ask: EINVAL")
          .extracting(failure -> ((BpfException) failure).errno())
          .isEqualTo(22);
    }
  }

  @Test
  void skippedProgram_isNotLoaded() {
    try (SeamObject seam = SeamObject.load(before -> before.program("ask").skip())) {
      assertThatThrownBy(() -> ask(seam, 0)).isInstanceOf(BpfException.class);
      seam.run("count_range", 0, 1);
    }
  }

  @Test
  void unknownNames_areNamedInTheMessage() {
    try (SeamObject seam = SeamObject.load()) {
      assertThatThrownBy(() -> seam.program("nobody"))
          .hasMessage("the object has no program nobody");
      assertThatThrownBy(() -> seam.map("nowhere")).hasMessage("the object has no map nowhere");
    }
  }

  @Test
  void programThatTheVerifierRefuses_saysWhichAndWhyInOneLine() {
    LibBpf library = LibBpf.load();
    try (BpfObject object = BpfObject.open(library, "refused", SeamObject.file("refused"))) {
      assertThatThrownBy(object::load)
          .isInstanceOf(BpfException.class)
          .hasMessageContaining("careless")
          .hasMessageContaining("invalid mem access 'map_value_or_null'")
          .hasMessageNotContaining("\n");
      assertThat(library.log()).anyMatch(line -> line.contains("map_value_or_null"));
    }
  }

  @Test
  void open_ofSomethingElse_isRefused() {
    assertThatThrownBy(() -> BpfObject.open(LibBpf.load(), "zeros", new byte[9]))
        .isInstanceOf(BpfException.class)
        .hasMessageStartingWith("open the BPF object");
  }

  @Test
  void iterate_overOneProcess_seesAllItsThreadsAndNobodyElse() {
    int self = (int) ProcessHandle.current().pid();
    try (SeamObject seam = SeamObject.load()) {
      seam.variable("expected_tgid").putInt(0, self);

      seam.program("visit_task").iterate(self);

      assertThat(seam.variable("tasks").getLong(0)).isGreaterThan(1);
      assertThat(seam.variable("foreign_tasks").getLong(0)).isZero();
    }
  }

  @Test
  void iterate_overEverybody_seesOthersToo() {
    try (SeamObject seam = SeamObject.load()) {
      seam.program("visit_task").iterate(0);

      assertThat(seam.variable("foreign_tasks").getLong(0)).isGreaterThan(1);
    }
  }

  private record Answer(long answer, long signedAnswer, int result) {}

  private static Answer ask(SeamObject seam, int number) {
    byte[] context = new byte[seam.request().sizeBytes()];
    ByteBuffer view = ByteBuffer.wrap(context).order(ByteOrder.LITTLE_ENDIAN);
    seam.request().integer("signed_answer", 4).put(view, 0, number);
    int result = seam.program("ask").run(context);
    return new Answer(
        seam.request().integer("answer", 4).get(view, 0),
        seam.request().integer("signed_answer", 4).get(view, 0),
        result);
  }
}
