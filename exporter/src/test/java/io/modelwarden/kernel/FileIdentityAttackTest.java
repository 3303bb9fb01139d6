// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.event.KernelEvent.FileMapped;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files whose names, owners or inode numbers hide that they are models. */
@Tag("kernel")
class FileIdentityAttackTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Before what processes that are gone have done is told without a verdict. */
  private static final Duration SOON = Duration.ofSeconds(4);

  private static final int NOBODY = 65534;
  private static final int NOT_REUSED = 3;
  private static final long BLOB_BYTES = 70_000_000;
  private static final long SMALL_BYTES = 3_000_000;
  private static final String HASH =
      "9e1b0f5d2c7a48639e1b0f5d2c7a48639e1b0f5d2c7a48639e1b0f5d2c7a4863";

  /** Not the folder of temporary files, which may lie in memory, where no inode is used again. */
  @TempDir(factory = BuildFolder.class)
  static Path folder;

  @AutoClose private static Observed observed;

  @BeforeAll
  static void attach() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    // Before the programs are attached, or the verdict would be taken while they are written.
    for (String name : List.of("hub/blobs", "mapped", "held", "gone", "forged", "touched")) {
      Acts.run(
          "make_model", Files.createDirectories(folder.resolve(name)).resolve(HASH), BLOB_BYTES);
    }
    observed = new Observed();
  }

  /** As a hub's cache lies on disk: one mapping, no read, the descriptor closed at once. */
  @Test
  @Way(
      value = "a symbolic link to a blob named by its hash",
      of = IDENTITY,
      bytes = BOUNDED,
      by = SYS_EXIT,
      note = "mapped")
  void blobBehindASymbolicLink_isDecidedByContentAndCountedAsMapped() throws IOException {
    Path blob = folder.resolve("hub/blobs").resolve(HASH);
    Path link = Files.createDirectories(folder.resolve("hub/snapshots/1")).resolve("m.safetensors");
    Files.createSymbolicLink(link, Path.of("../../blobs").resolve(HASH));
    try (Acts.Running act = Acts.start("map_file", link, 0, BLOB_BYTES, 1)) {
      FileMapped mapped = mapped(observed.settleAsTheAgentDoes(), act.pid());
      assertThat(mapped.increment().bytes()).isEqualTo(BLOB_BYTES);
      assertThat(mapped.path()).isEqualTo(blob.toString());
      assertModel(mapped.fileId(), "safetensors");
    }
  }

  @Test
  @Way(
      value = "a file that only its owner may open, mapped and closed",
      of = IDENTITY,
      bytes = BOUNDED,
      by = SYS_EXIT)
  void blobOfAnotherUserThatIsOnlyMapped_isDecidedFromTheReadersMemory() throws IOException {
    Path blob = secretBlob("mapped");
    try (Acts.Running act = asNobody("map_file", blob, 0, BLOB_BYTES, 1)) {
      FileMapped mapped = mapped(observed.settleAsTheAgentDoes(), act.pid());
      assertThat(mapped.increment().bytes()).isEqualTo(BLOB_BYTES);
      assertModel(mapped.fileId(), "safetensors");
    }
  }

  @Test
  @Way(value = "a file that only its owner may open", of = IDENTITY, bytes = EXACT, by = SYS_EXIT)
  void fileOfAnotherUserWithMode0600_isDecidedThroughItsReadersDescriptor() throws IOException {
    Path blob = secretBlob("held");
    try (Acts.Running act = asNobody("read_file", "read", blob, 1 << 20, "--wait-after")) {
      assertThat(act.number("bytes")).isEqualTo(BLOB_BYTES);
      FileAccessed access = accessed(observed.settleAsTheAgentDoes(), act.pid());
      assertThat(access.increment().bytes()).isEqualTo(BLOB_BYTES);
      assertModel(access.fileId(), "safetensors");
    }
  }

  /** Nobody has it open any more, and the agent may not open it: counted, and the doubt told. */
  @Test
  @Way(
      value = "a reader that is gone before anybody could look at the file",
      of = IDENTITY,
      bytes = EXACT,
      by = SYS_EXIT)
  void fileOfAnotherUserWhoseReaderIsGone_countsAsAModelOfUnknownFormat() throws IOException {
    Path blob = secretBlob("gone");
    long unreachable = observed.unreachable();
    Acts.Running act = asNobody("read_file", "read", blob, 1 << 20);
    act.close();
    FileAccessed access = accessed(observed.settleAsTheAgentDoes(), act.pid());
    assertThat(access.increment().bytes()).isEqualTo(act.number("bytes")).isEqualTo(BLOB_BYTES);
    assertModel(access.fileId(), "unknown");
    assertThat(observed.unreachable()).isGreaterThan(unreachable);
  }

  /** A private mapping can be changed to look like anything: what it shows decides nothing. */
  @Test
  @Way(
      value = "a private mapping made to look ordinary",
      of = IDENTITY,
      bytes = BOUNDED,
      by = SYS_EXIT)
  void fileWhoseMappingWasMadeToLookOrdinary_isStillAModel_whileItIsMappedToo() throws IOException {
    Path blob = secretBlob("forged");
    try (Acts.Running act = asNobody("forge_mapping", blob)) {
      FileMapped mapped = mapped(observed.settleAsTheAgentDoes(), act.pid());
      assertThat(mapped.increment().bytes()).isEqualTo(BLOB_BYTES);
      assertModel(mapped.fileId(), "unknown");
    }
  }

  /** A verdict on one version never fits the next: in the end it is taken on whatever there is. */
  @Test
  @Way(
      value = "a file that changes while it is looked at",
      of = IDENTITY,
      bytes = EXACT,
      by = SYS_EXIT)
  void fileThatChangesAllTheTime_isDecidedAllTheSame() throws Exception {
    Path blob = folder.resolve("touched").resolve(HASH);
    String change = "while chmod 640 \"$0\" && chmod 600 \"$0\"; do :; done";
    Process changing = new ProcessBuilder("sh", "-c", change, blob.toString()).start();
    try (Acts.Running act = Acts.start("read_file", "read", blob, 1 << 20, "--wait-after")) {
      FileAccessed access = observed.settle().accesses(act.pid()).findFirst().orElseThrow();
      assertThat(verdict(access.fileId())).isEqualTo(Verdict.MODEL);
    } finally {
      changing.destroy();
      changing.waitFor();
    }
  }

  /** Whoever looks sleeps in the thief's page faults: others are still seen, and it is a model. */
  @Test
  @Way(
      value = "a file that stops whoever looks at it",
      of = IDENTITY,
      bytes = BOUNDED,
      by = SYS_EXIT)
  void fileThatStopsWhoeverLooksAtIt_countsAsAModelAndStopsNobodyElse() {
    Path source = folder.resolve("hub/blobs").resolve(HASH);
    Path other = folder.resolve("other.safetensors");
    Acts.run("make_model", other, 3_000_000);
    long unreachable = observed.unreachable();
    try (Acts.Running trap = Acts.start("stall_looker", source)) {
      observed.settle();
      Acts.Running act = Acts.run("read_file", "read", other, 100_000);
      observed.settle();
      assertThat(observed.accesses(act.pid())).hasSize(1);

      int id = observed.mappings(trap.pid()).findFirst().orElseThrow().fileId();
      long deadline = System.nanoTime() + 60_000_000_000L;
      while (observed.file(id).verdict() == Verdict.UNDECIDED && System.nanoTime() < deadline) {
        observed.settle();
      }
      assertModel(id, "unknown");
      assertThat(observed.unreachable()).isGreaterThan(unreachable);
    }
  }

  /** Same inode number, size and time of modification: the verdict on the first does not hold. */
  @Test
  @Way(value = "the inode of an ordinary file", of = IDENTITY, bytes = EXACT, by = SYS_EXIT)
  void modelUnderTheInodeOfAnOrdinaryFile_isDecidedAnew() throws IOException {
    Path ordinary = zeros("ordinary.bin", BLOB_BYTES);
    Path model = folder.resolve("source.safetensors");
    Acts.run("make_model", model, BLOB_BYTES);
    Path place = Files.createDirectory(folder.resolve("overlay-1"));
    try (Acts.Running act = Acts.start("reuse_inode", place, ordinary, "a", model, "b")) {
      observed.settle();
      assertThat(verdict(accessed(act.pid(), place, "a").fileId())).isEqualTo(Verdict.ORDINARY);
      Map<String, String> second = secondFile(act);
      observed.settle();
      FileAccessed access = accessed(Integer.parseInt(second.get("pid")), place, "b");
      assertThat(access.increment().bytes()).isEqualTo(BLOB_BYTES);
      assertModel(access.fileId(), "safetensors");
    }
  }

  @Test
  void ordinaryFileUnderTheInodeOfAModel_isNotTheModel() throws IOException {
    Path ordinary = zeros("notes.txt", SMALL_BYTES);
    Path model = folder.resolve("small.safetensors");
    Acts.run("make_model", model, SMALL_BYTES);
    Path place = Files.createDirectory(folder.resolve("overlay-2"));
    try (Acts.Running act =
        Acts.start("reuse_inode", place, model, "a.safetensors", ordinary, "notes.txt")) {
      assertThat(act.number("bytes")).isEqualTo(SMALL_BYTES);
      observed.settle();
      FileAccessed first = accessed(act.pid(), place, "a.safetensors");
      assertThat(first.increment().bytes()).isEqualTo(SMALL_BYTES);
      Map<String, String> second = secondFile(act);
      observed.settle();
      assertThat(second.get("bytes")).isEqualTo(String.valueOf(SMALL_BYTES));
      assertThat(observed.accesses(Integer.parseInt(second.get("pid")))).isEmpty();
    }
  }

  /** Looked at while it grew: whoever takes it next does not wait long for the verdict on it. */
  @Test
  void ordinaryFileThatWasLookedAtWhileItWasWritten_isDecidedSoonAfterItIsReadAgain()
      throws Exception {
    Path written = folder.resolve("written.bin");
    Process writer =
        new ProcessBuilder("dd", "if=/dev/zero", "of=" + written, "bs=1k", "count=200000").start();
    while (writer.isAlive()) {
      observed.settle();
    }
    int reader = Acts.run("read_file", "read", written, 1 << 20).pid();
    int id = accessed(observed.settle(), reader).fileId();
    long deadline = System.nanoTime() + SOON.toNanos();
    while (observed.file(id).verdict() == Verdict.UNDECIDED && System.nanoTime() < deadline) {
      observed.settle();
    }
    assertThat(observed.file(id).verdict()).isEqualTo(Verdict.ORDINARY);
  }

  /** Kernels note in a file's change time that somebody has asked for it. */
  @Test
  void fileWhoseTimesSomebodyAskedFor_isNoOtherVersion() throws IOException {
    Path ordinary = zeros("asked.bin", BLOB_BYTES);
    int first = Acts.run("read_file", "read", ordinary, 1 << 20).pid();
    int id = accessed(observed.settle(), first).fileId();
    assertThat(verdict(id)).isEqualTo(Verdict.ORDINARY);
    Files.readAttributes(ordinary, "unix:ctime");
    int second = Acts.run("read_file", "read", ordinary, 1 << 20).pid();
    assertThat(observed.settle().armed(second)).isEmpty();
  }

  private static Map<String, String> secondFile(Acts.Running act) {
    Map<String, String> truth = act.goOn();
    if (truth.isEmpty()) {
      assumeThat(act.exitCode()).as("inode numbers are used again").isNotEqualTo(NOT_REUSED);
    }
    return truth;
  }

  private static Acts.Running asNobody(String act, Object... arguments) {
    Object[] all = new Object[arguments.length + 2];
    all[0] = NOBODY;
    all[1] = Acts.path(act);
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return Acts.start("as_user", all);
  }

  /** Named by a hash, in a folder that only its owner can enter. */
  private static Path secretBlob(String name) throws IOException {
    Path secret = folder.resolve(name);
    Path blob = secret.resolve(HASH);
    Files.setPosixFilePermissions(blob, PosixFilePermissions.fromString("rw-------"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rwx------"));
    Files.setAttribute(blob, "unix:uid", NOBODY);
    Files.setAttribute(secret, "unix:uid", NOBODY);
    return blob;
  }

  private static Path zeros(String name, long bytes) throws IOException {
    Path file = folder.resolve(name);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
    return file;
  }

  private static FileAccessed accessed(Observed observed, int pid) {
    return observed.accesses(pid).reduce((a, b) -> twice(a, b)).orElseThrow();
  }

  private static FileAccessed accessed(int pid, Path place, String name) {
    String path = place.resolve("merged").resolve(name).toString();
    return observed
        .accesses(pid)
        .filter(access -> access.path().equals(path) && access.method().equals("read"))
        .reduce((a, b) -> twice(a, b))
        .orElseThrow();
  }

  private static FileMapped mapped(Observed observed, int pid) {
    return observed.mappings(pid).reduce((a, b) -> twice(a, b)).orElseThrow();
  }

  private static <T> T twice(T first, T second) {
    throw new AssertionError("more than one: " + first + ", " + second);
  }

  /** A file that is looked at while it is still written is looked at again some seconds later. */
  private static Verdict verdict(int fileId) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (observed.file(fileId).verdict() == Verdict.UNDECIDED && System.nanoTime() < deadline) {
      observed.settleAsTheAgentDoes();
    }
    return observed.file(fileId).verdict();
  }

  private static void assertModel(int fileId, String format) {
    assertThat(verdict(fileId)).isEqualTo(Verdict.MODEL);
    assertThat(observed.file(fileId).format()).isEqualTo(format);
  }
}
