// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files, other processes' descriptors and memory, clocks. */
class DescriptorTest {

  @TempDir private Path folder;

  @Test
  void readAt_stopsAtTheEndOfTheFile() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "0123456789");
    try (Descriptor descriptor = Descriptor.open(file.toString())) {
      assertThat(descriptor.readAt(4, 3)).isEqualTo("456".getBytes(UTF_8));
      assertThat(descriptor.readAt(8, 100)).isEqualTo("89".getBytes(UTF_8));
      assertThat(descriptor.readAt(50, 100)).isEmpty();
    }
  }

  @Test
  void open_ofWhatIsNotThere_namesPathAndReason() {
    assertThatThrownBy(() -> Descriptor.open(folder + "/missing"))
        .isInstanceOf(BpfException.class)
        .hasMessage("open " + folder + "/missing: ENOENT, not there");
  }

  /** A number that was closed may already be somebody else's file. */
  @Test
  void close_twice_leavesTheNextOwnerOfTheNumberAlone() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "mine");
    Descriptor first = Descriptor.open(file.toString());
    first.close();
    try (Descriptor second = Descriptor.open(file.toString())) {
      assertThat(second.number()).isEqualTo(first.number());
      first.close();

      assertThat(second.readAt(0, 4)).isEqualTo("mine".getBytes(UTF_8));
    }
  }

  @Test
  @Tag("kernel")
  void ofProcess_readsAnotherProcesssOpenFile() throws Exception {
    Path file = Files.writeString(folder.resolve("theirs"), "of another process");
    Process holder = new ProcessBuilder("sleep", "30").redirectInput(file.toFile()).start();
    try (Descriptor copy = Descriptor.ofProcess((int) holder.pid(), 0)) {
      assertThat(copy.readAt(3, 7)).isEqualTo("another".getBytes(UTF_8));
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  @Test
  @Tag("kernel")
  void ofProcess_thatIsGone_saysSo() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    assertThatThrownBy(() -> Descriptor.ofProcess((int) gone.pid(), 0))
        .isInstanceOf(BpfException.class)
        .hasMessageContaining("descriptor 0 of process " + gone.pid() + ": ESRCH");
  }

  @Test
  void processMemory_readsWhatLiesAtTheAddress() {
    byte[] secret = "sixteen bytes...".getBytes(UTF_8);
    try (Memory memory = new Memory(secret.length)) {
      memory.write(0, secret, 0, secret.length);
      byte[] read =
          ProcessMemory.read(
              (int) ProcessHandle.current().pid(), Pointer.nativeValue(memory), secret.length);
      assertThat(read).isEqualTo(secret);
    }
  }

  @Test
  void processMemory_atNoAddress_isRefused() {
    int self = (int) ProcessHandle.current().pid();
    assertThatThrownBy(() -> ProcessMemory.read(self, 16, 8)).isInstanceOf(BpfException.class);
  }

  @Test
  void clocks_agreeWithJavaAndTheKernel() throws Exception {
    long now = Clocks.epochAtBootNanos() + Clocks.bootNanos();
    assertThat(now / 1_000_000).isCloseTo(System.currentTimeMillis(), offset(50L));
    double uptime = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
    assertThat(Clocks.bootNanos() / 1e9).isCloseTo(uptime, offset(1.0));
  }
}
