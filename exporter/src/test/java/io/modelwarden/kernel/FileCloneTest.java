// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.READ;
import static io.modelwarden.coverage.Kind.TRAIL;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.Channel;
import io.modelwarden.event.KernelEvent.DataMoved;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.event.ProcessKey;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On XFS and btrfs a file is copied without one byte that moves: its clone shares the blocks. */
@Tag("kernel")
class FileCloneTest {

  private static final long VOLUME_BYTES = 400L << 20;
  private static final int BLOCK_BYTES = 4096;
  private static final long MODEL_BYTES = 1000 * BLOCK_BYTES + 77;
  private static final long HALF_BYTES = 500 * BLOCK_BYTES;

  @TempDir static Path folder;
  private static final Deque<Path> mounted = new ArrayDeque<>();
  private static Observed observed;
  private static int clones;

  @BeforeAll
  static void attach() throws Exception {
    for (String kind : new String[] {"xfs", "btrfs"}) {
      Path image = folder.resolve(kind + ".img");
      Path mountPoint = Files.createDirectory(folder.resolve(kind));
      try (RandomAccessFile volume = new RandomAccessFile(image.toFile(), "rw")) {
        volume.setLength(VOLUME_BYTES);
      }
      run("mkfs." + kind, "-q", image.toString());
      run("mount", "-o", "loop", image.toString(), mountPoint.toString());
      mounted.push(mountPoint);
      Acts.run("make_model", mountPoint.resolve("weights.safetensors"), MODEL_BYTES);
    }
    observed = new Observed();
  }

  @AfterAll
  static void detach() throws Exception {
    if (observed != null) {
      observed.close();
    }
    for (Path mountPoint : mounted) {
      run("umount", mountPoint.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ficlone, xfs",
    "ficlonerange, xfs",
    "int80, xfs",
    "int80_range, xfs",
    "ficlone, btrfs"
  })
  @Way(
      value = "FICLONE and FICLONERANGE, also by 32-bit calls",
      of = READ,
      bytes = EXACT,
      by = SYS_EXIT)
  void clone_isAReadOfAllThatItShares(String method, String kind) {
    Path model = model(kind);
    Acts.Running act = Acts.run("clone_file", method, model, nextClone(kind));
    FileAccessed read = readOf(model, act);
    assertThat(read.method()).isEqualTo("ficlone");
    assertThat(read.increment().bytes()).isEqualTo(act.number("bytes")).isEqualTo(MODEL_BYTES);
    assertThat(read.increment().operations()).isEqualTo(1);
    // A range lies in memory that may have changed since.
    assertThat(read.coverage().unplacedBytes())
        .isEqualTo(method.endsWith("range") ? MODEL_BYTES : 0);
  }

  @Test
  void range_countsAsMuchAsItHas_wherever() {
    Path model = model("xfs");
    Path clone = nextClone("xfs");
    Acts.Running front =
        Acts.run("clone_file", "ficlonerange", model, clone, "--bytes", HALF_BYTES);
    Acts.Running rest = Acts.run("clone_file", "ficlonerange", model, clone, "--from", HALF_BYTES);
    assertThat(readOf(model, front).increment().bytes()).isEqualTo(HALF_BYTES);
    assertThat(readOf(model, rest).increment().bytes()).isEqualTo(MODEL_BYTES - HALF_BYTES);
    assertThat(clone).hasSameBinaryContentAs(model);
  }

  @Test
  void cloneThatIsAModelByItsName_isWrittenToo() {
    Path clone = folder.resolve("xfs/clone.safetensors");
    Acts.Running act = Acts.run("clone_file", "ficlone", model("xfs"), clone);
    assertThat(accesses(act))
        .filteredOn(access -> access.direction() == Direction.WRITE)
        .singleElement()
        .satisfies(
            written -> {
              assertThat(written.path()).isEqualTo(clone.toString());
              assertThat(written.method()).isEqualTo("ficlone");
              assertThat(written.increment().bytes()).isEqualTo(MODEL_BYTES);
            });
  }

  @ParameterizedTest(name = "{0} on {1}")
  @CsvSource(
      delimiterString = " // ",
      textBlock =
          """
          cp of a copy           // xfs   // tar -cPf COPY MODEL; cp --reflink=always COPY COPY.b; rm COPY; nc.openbsd -N 127.0.0.1 PORT <COPY.b
          cp of a copy           // btrfs // tar -cPf COPY MODEL; cp --reflink=always COPY COPY.b; rm COPY; nc.openbsd -N 127.0.0.1 PORT <COPY.b
          a range of a copy      // xfs   // tar -cPf COPY MODEL; CLONE ficlonerange COPY COPY.b --from 4096; rm COPY; nc.openbsd -N 127.0.0.1 PORT <COPY.b
          a range of the model   // xfs   // CLONE ficlonerange MODEL COPY --from 4096; nc.openbsd -N 127.0.0.1 PORT <COPY
          """)
  @Way(
      value = "a copy that is cloned (FICLONE), and a clone of a part",
      of = TRAIL,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH})
  void cloneOfACopy_isCountedToTheByteWhereItLeaves(String way, String kind, String script)
      throws Exception {
    long received;
    int port;
    try (Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      port = (int) sink.number("port");
      run(
          "bash",
          "-c",
          script
              .replace("MODEL", model(kind).toString())
              .replace("CLONE", Acts.path("clone_file").toString())
              .replace("COPY", nextClone(kind).toString())
              .replace("PORT", String.valueOf(port)));
      observed.settle();
      received = Long.parseLong(sink.goOn().get("bytes"));
    }
    assertThat(received).isGreaterThanOrEqualTo(MODEL_BYTES - BLOCK_BYTES);
    assertThat(observed.bytesSentTo(port)).isEqualTo(received);
    ProcessKey sender = observed.sentTo(port).get(0).process();
    assertThat(observed.moved(sender, Direction.READ, Channel.FILE)).isEqualTo(received);
  }

  @Test
  void cloneOfWhatIsNoModel_byWhoHoldsNone_givesNothing() throws IOException {
    Path other = folder.resolve("xfs/other.bin");
    Files.write(other, new byte[2 << 20]);
    Acts.Running act = Acts.run("clone_file", "ficlone", other, nextClone("xfs"));
    assertThat(accesses(act)).isEmpty();
    assertThat(observed.of(DataMoved.class, moved -> moved.process().pid() == act.number("pid")))
        .isEmpty();
  }

  private static Path model(String kind) {
    return folder.resolve(kind).resolve("weights.safetensors");
  }

  private static Path nextClone(String kind) {
    return folder.resolve(kind).resolve("clone" + ++clones);
  }

  private static Stream<FileAccessed> accesses(Acts.Running act) {
    observed.settle();
    long pid = act.number("pid");
    return observed.of(FileAccessed.class, access -> access.process().pid() == pid);
  }

  private static FileAccessed readOf(Path model, Acts.Running act) {
    return accesses(act)
        .filter(access -> access.direction() == Direction.READ)
        .peek(access -> assertThat(access.path()).isEqualTo(model.toString()))
        .reduce(
            (first, second) -> {
              throw new AssertionError("two accesses: " + first + ", " + second);
            })
        .orElseThrow();
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
  }
}
