// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Bytes.UNCOUNTED;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Hook.URING_COMPLETE;
import static io.modelwarden.coverage.Kind.BESIDE;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.BlindSpotPrepared;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways on which bytes of a model pass that are not counted by file: that they are prepared. */
@Tag("kernel")
class BlindSpotSetupTest {

  private static final long MODEL_BYTES = 4 << 20;
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  /** A loop device needs a file that lies on a disk. */
  @TempDir(factory = BuildFolder.class)
  static Path folder;

  @AutoClose private static Observed observed;

  @BeforeAll
  static void attach() {
    observed = new Observed();
  }

  /** The kernel reads the file; whoever reads the device has its bytes. */
  @Test
  @Way(
      value = "a loop device over the model",
      of = BESIDE,
      bytes = BOUNDED,
      by = SYS_EXIT,
      note = "what was read of the device")
  void loopDevice_isToldWithTheBytesThatWereReadOfIt() throws Exception {
    Path model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    String device = output("losetup", "--find", "--show", "--read-only", model.toString()).strip();
    try {
      Process reader = run("dd", "if=" + device, "of=/dev/null", "bs=64k", "status=none");
      BlindSpotPrepared told = told(reader.pid(), "loop_device");
      assertThat(told.increment().bytes()).isEqualTo(MODEL_BYTES);
      assertThat(told.device()).startsWith("7:");
      assertThat(told.process().executableName()).isEqualTo("dd");
      assertThat(told.process().executablePath()).endsWith("/dd");
    } finally {
      run("losetup", "--detach", device);
    }
  }

  @Test
  @Way(
      value = "the disk itself, or a snapshot of its volume",
      of = BESIDE,
      bytes = BOUNDED,
      by = SYS_EXIT,
      note = "what was read of the device")
  void disk_isToldWithTheBytesThatWereReadOfIt() throws Exception {
    try (Disk disk = Disk.readable()) {
      Process reader =
          run("dd", "if=" + disk.path, "of=/dev/null", "bs=4096", "count=25", "status=none");
      assertThat(told(reader.pid(), "block_device").increment().bytes()).isEqualTo(25 * 4096);
    }
  }

  /** The machine's own, or, where even root may not open that one, one in memory. */
  private record Disk(Path path, boolean made) implements AutoCloseable {

    private static final Path MEMORY = Path.of("/dev/zram0");
    private static final Path SETTINGS = Path.of("/sys/block/zram0");

    static Disk readable() throws IOException, InterruptedException {
      Path own = Path.of(output("findmnt", "--noheadings", "--output=SOURCE", "/").strip());
      if (run("head", "--bytes=1", own.toString()).exitValue() == 0) {
        return new Disk(own, false);
      }
      assertThat(SETTINGS.resolve("disksize")).as("in use by nobody").hasContent("0");
      Files.writeString(SETTINGS.resolve("disksize"), "1M");
      return new Disk(MEMORY, true);
    }

    @Override
    public void close() throws IOException {
      if (made) {
        Files.writeString(SETTINGS.resolve("reset"), "1");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/dev/fuse, fuse, 10:229",
    "/dev/kvm, virtual_machine, 10:232",
    "/dev/loop-control, loop_device, 10:237"
  })
  @Way(
      value = "a file system of a process of one's own",
      of = BESIDE,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      when = "fuse",
      note = "that /dev/fuse was opened")
  @Way(
      value = "a virtual machine",
      of = BESIDE,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      when = "virtual_machine",
      note = "that /dev/kvm was opened")
  void device_isToldWhenItIsOpened(String path, String kind, String device) throws Exception {
    Process opener = run("bash", "-c", "exec 3<>" + path);
    BlindSpotPrepared told = told(opener.pid(), kind);
    assertThat(told.device()).isEqualTo(device);
    assertThat(told.increment().bytes()).isZero();
    assertThat(told.increment().operations()).isEqualTo(1);
  }

  @Test
  @Way(
      value = "a device that is opened by io_uring",
      of = BESIDE,
      bytes = UNCOUNTED,
      by = URING_COMPLETE,
      note = "that it was opened")
  void device_isToldWhenItIsOpenedByARing() {
    Acts.Running opener = Acts.run("open_by_uring", "/dev/kvm");
    BlindSpotPrepared told = told(opener.pid(), "virtual_machine");
    assertThat(told.device()).isEqualTo("10:232");
  }

  /** Who sends the bytes on is a process that has read no model. */
  @ParameterizedTest
  @ValueSource(strings = {"write", "uring"})
  @Way(
      value = "writing it to a file system that another process serves (FUSE)",
      of = BESIDE,
      bytes = EXACT,
      by = SYS_EXIT,
      when = "write",
      note = "all that the reader writes there")
  @Way(
      value = "writing it to a file system that another process serves (FUSE), by io_uring",
      of = BESIDE,
      bytes = EXACT,
      by = URING_COMPLETE,
      when = "uring",
      note = "all that the reader writes there")
  void fileSystemOfAnotherProcess_isToldWithWhatAHolderWritesThere(String how) throws Exception {
    Path model = folder.resolve("weights-" + how + ".safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    Acts.Running act = writeToFuse(how, model, 300_000);
    BlindSpotPrepared told = told(act.number("pid"), "fuse");
    assertThat(told.increment().bytes()).isEqualTo(300_000);
    assertThat(told.increment().operations()).isEqualTo(act.number("operations"));
    assertThat(told.device()).startsWith("0:");
  }

  @Test
  void fileSystemOfAnotherProcess_isNoNewsOfWhoHoldsNoModel() throws Exception {
    Acts.Running act = writeToFuse("write", "-", 300_000);
    told(act.pid(), "fuse"); // that it made the file system
    assertThat(events(act.number("pid"))).isEmpty();
  }

  private static Acts.Running writeToFuse(String how, Object model, long bytes) throws IOException {
    Path place = Files.createTempDirectory(folder, "fuse");
    return Acts.run("write_to_fuse", how, place, model, bytes);
  }

  /** Numbers of x86-64. They are let succeed without being run. */
  @ParameterizedTest
  @CsvSource({
    "socket AF_ALG, 41, 38, kernel_crypto",
    "socket AF_XDP, 41, 44, raw_network",
    "socket AF_RDS, 41, 21, rdma",
    "init_module, 175, 0, kernel_module",
    "finit_module, 313, 0, kernel_module",
    "kexec_load, 246, 0, kernel_replaced",
    "kexec_file_load, 320, 0, kernel_replaced",
    "bpf PROG_LOAD, 321, 5, bpf_program"
  })
  @Way(
      value = "a kernel module",
      of = BESIDE,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      when = {"init_module", "finit_module"},
      note = "that it was loaded")
  @Way(
      value = "another kernel",
      of = BESIDE,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      when = {"kexec_load", "kexec_file_load"},
      note = "that it was loaded")
  @Way(
      value = "a BPF program of one's own",
      of = BESIDE,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      when = "bpf_program",
      note = "that it was loaded")
  @Way(
      value = "sockets that AF_XDP, AF_ALG or RDS make",
      of = BESIDE,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      when = "socket",
      note = "that they were made")
  void call_isToldWhenItSucceeds(String what, int number, long argument, String kind) {
    Acts.Running act = Acts.run("pretend_call", number, argument);
    assertThat(told(act.pid(), kind).increment().operations()).isEqualTo(1);
  }

  @Test
  @Way(
      value = "a look into the agent's own programs and maps",
      of = BESIDE,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      note = "that they were opened")
  void objectsOfTheAgent_areToldWhenAnotherOpensThem() throws Exception {
    Acts.Running looker = Acts.run("open_maps");
    assertThat(told(looker.pid(), "agent_object").increment().operations())
        .isBetween(2L, looker.number("operations"));
  }

  /** What every program does, and what the agent does itself. */
  @Test
  void ordinaryDevicesAndSockets_areNoNews() throws Exception {
    Process ordinary =
        run(
            "bash",
            "-c",
            "cat /dev/null; head -c 100 /dev/zero >/dev/null; head -c 100 /dev/urandom | wc -c;"
                + " exec 3<>/dev/tcp/127.0.0.1/9 || :");
    told(run("bash", "-c", "exec 3<>/dev/kvm").pid(), "virtual_machine");
    assertThat(events(ordinary.pid())).isEmpty();
    assertThat(events(ProcessHandle.current().pid())).isEmpty();
  }

  private static BlindSpotPrepared told(long pid, String kind) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    List<BlindSpotPrepared> told = List.of();
    while (told.isEmpty() && System.nanoTime() < deadline) {
      observed.settle();
      told = events(pid).stream().filter(event -> event.kind().equals(kind)).toList();
    }
    assertThat(told).as(kind + " of " + pid).hasSize(1);
    return told.get(0);
  }

  private static List<BlindSpotPrepared> events(long pid) {
    return observed
        .of(BlindSpotPrepared.class, event -> event.process().key().pid() == pid)
        .toList();
  }

  private static Process run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.waitFor();
    return process;
  }

  private static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output;
  }
}
