// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The kernel keeps capabilities by thread, so each test gives up those of a thread of its own. */
@Tag("kernel")
class CapabilitiesTest {

  private static final long KEPT = 1L << Capabilities.BPF | 1L << Capabilities.SYS_PTRACE;

  @Test
  void keepOnly_leavesThatThreadAndThoseItStartsTheGivenOnesOnly() throws Exception {
    long before = effective();

    long inherited =
        onThread(
            () -> {
              Capabilities.keepOnly(Capabilities.BPF, Capabilities.SYS_PTRACE);
              assertThat(effective()).isEqualTo(KEPT);
              return onThread(CapabilitiesTest::effective);
            });

    assertThat(inherited).isEqualTo(KEPT);
    assertThat(effective()).isEqualTo(before).isNotEqualTo(KEPT);
  }

  @Test
  void keepOnly_isForGood() throws Exception {
    long after =
        onThread(
            () -> {
              Capabilities.keepOnly(Capabilities.BPF);
              Capabilities.keepOnly(Capabilities.BPF, Capabilities.SYS_PTRACE);
              return effective();
            });

    assertThat(after).isEqualTo(1L << Capabilities.BPF);
  }

  @Test
  void loading_withoutTheCapabilities_isRefusedWithTheRemedy() throws Exception {
    onThread(
        () -> {
          Capabilities.keepOnly(Capabilities.SYS_PTRACE);
          assertThatThrownBy(SeamObject::load)
              .isInstanceOf(BpfException.class)
              .hasMessageContaining("run as root, or with the capabilities BPF, PERFMON");
          return 0L;
        });
  }

  private static long onThread(Callable<Long> work) throws Exception {
    FutureTask<Long> task = new FutureTask<>(work);
    new Thread(task).start();
    return task.get();
  }

  private static long effective() {
    try {
      return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
          .filter(line -> line.startsWith("CapEff:"))
          .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .findFirst()
          .orElseThrow();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
