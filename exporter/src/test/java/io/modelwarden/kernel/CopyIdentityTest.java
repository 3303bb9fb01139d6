// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.IDENTITY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.FileFacts;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.KernelEvent.FileAccessed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One content has one fingerprint, whatever leads to it and however many copies there are. */
@Tag("kernel")
class CopyIdentityTest {

  private static final long BYTES = 3_000_000;

  /** Not in memory, where overlayfs may not lie. */
  @TempDir(factory = BuildFolder.class)
  static Path folder;

  @AutoClose private static Observed observed;
  private static FileFacts original;

  @BeforeAll
  static void attach() throws IOException {
    Path model = folder.resolve("model.safetensors");
    Acts.run("make_model", model, BYTES);
    Files.copy(model, folder.resolve("older.safetensors"));
    observed = new Observed();
    original = read(model);
    assertThat(original.fingerprint()).matches("[0-9a-f]{32}");
  }

  /** $1 is the folder, $2 the act that reads. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "rename | cp $1/model.safetensors $1/x.safetensors; $2 $1/x.safetensors; mv $1/x.safetensors"
            + " $1/y; $2 $1/y",
        "hard link | ln $1/model.safetensors $1/hard.bin; $2 $1/hard.bin",
        "symbolic link | ln -s model.safetensors $1/soft; $2 $1/soft",
        "bind mount | mkdir -p $1/m; touch $1/m/b; mount --bind $1/model.safetensors $1/m/b; $2 $1/m/b",
        "/proc/PID/root | $2 /proc/$$/root$1/model.safetensors",
        "/proc/PID/fd | exec 7<$1/model.safetensors; $2 /proc/$$/fd/7",
        "deleted but open | cp $1/model.safetensors $1/gone.safetensors; exec 7<$1/gone.safetensors;"
            + " rm $1/gone.safetensors; $2 /proc/$$/fd/7",
        "copy made before the agent | $2 $1/older.safetensors",
        "copy made after the agent | cp $1/model.safetensors $1/newer.safetensors; $2"
            + " $1/newer.safetensors",
        "overlayfs, merged | mkdir -p $1/o/l $1/o/u $1/o/w $1/o/m; cp $1/model.safetensors $1/o/l/;"
            + " mount -t overlay -o lowerdir=$1/o/l,upperdir=$1/o/u,workdir=$1/o/w none $1/o/m; $2"
            + " $1/o/m/model.safetensors",
        "overlayfs, copied up | mkdir -p $1/p/l $1/p/u $1/p/w $1/p/m; cp $1/model.safetensors"
            + " $1/p/l/; mount -t overlay -o lowerdir=$1/p/l,upperdir=$1/p/u,workdir=$1/p/w none"
            + " $1/p/m; touch $1/p/m/model.safetensors; $2 $1/p/m/model.safetensors"
      })
  @Way(
      value = "another name, link, mount or copy of a model",
      of = IDENTITY,
      bytes = EXACT,
      by = SYS_EXIT)
  void everyWayToTheContent_hasItsFingerprint(String way, String script) throws Exception {
    Process shell =
        new ProcessBuilder(
                "unshare",
                "--mount",
                "sh",
                "-ec",
                "take() { \"$act\" read \"$1\" 1048576 --wait-after; }; act=$2; "
                    + script.replace("$2", "take"),
                "sh",
                folder.toString(),
                Acts.path("read_file").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> fingerprints = new ArrayList<>();
    try (BufferedReader told = shell.inputReader(UTF_8);
        Writer goOn = shell.outputWriter(UTF_8)) {
      for (String line = told.readLine(); line != null; line = told.readLine()) {
        fingerprints.add(fingerprintOfWhat(line));
        goOn.write("\n");
        goOn.flush();
      }
    }
    assertThat(shell.waitFor()).as(script).isZero();
    assertThat(fingerprints).isNotEmpty().containsOnly(original.fingerprint());
  }

  /** The reader waits: of one that is gone at once there may be no way to the file. */
  private static String fingerprintOfWhat(String line) {
    Matcher reader = Pattern.compile("pid=(\\d+) bytes=" + BYTES + " .*").matcher(line);
    assertThat(reader.matches()).as(line).isTrue();
    observed.settle();
    return factsOf(Integer.parseInt(reader.group(1))).fingerprint();
  }

  /** A copy that was changed is none to the fingerprint, if one of its ends was changed. */
  @Test
  void changedEnd_isAnotherContent_andAChangeInTheMiddleIsNot() throws IOException {
    assertThat(changed("head", 4000).fingerprint()).isNotEqualTo(original.fingerprint());
    assertThat(changed("tail", BYTES - 1).fingerprint()).isNotEqualTo(original.fingerprint());
    assertThat(changed("middle", BYTES / 2).fingerprint()).isEqualTo(original.fingerprint());
  }

  /** Half of a file is not its content. */
  @Test
  void fileThatIsOpenForWriting_hasItsFingerprintOnceItIsClosed() throws IOException {
    Path growing = folder.resolve("growing.safetensors");
    Files.copy(folder.resolve("model.safetensors"), growing);
    FileFacts written;
    try (RandomAccessFile writer = new RandomAccessFile(growing.toFile(), "rw")) {
      assertThat(writer.length()).isEqualTo(BYTES);
      written = read(growing);
      assertThat(written.fingerprint()).isEmpty();
    }
    awaitFingerprint(written.id());
    assertThat(observed.file(written.id()).fingerprint()).isEqualTo(original.fingerprint());
  }

  /** Nobody touches it: the agent looks again by itself. */
  private static void awaitFingerprint(int file) {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (observed.file(file).fingerprint().isEmpty() && System.nanoTime() < deadline) {
      observed.settle();
    }
  }

  /**
   * Looked at while it was written: whoever sends it at once must not be told under its own name.
   */
  @Test
  void copyThatIsReadAsSoonAsItIsWritten_hasItsFingerprintAtOnce() throws IOException {
    Path hasty = folder.resolve("hasty.safetensors");
    Files.copy(folder.resolve("model.safetensors"), hasty);
    try (RandomAccessFile writer = new RandomAccessFile(hasty.toFile(), "rw")) {
      assertThat(writer.length()).isEqualTo(BYTES);
      assertThat(read(hasty).fingerprint()).isEmpty();
    }
    assertThat(read(hasty).fingerprint()).isEqualTo(original.fingerprint());
  }

  private static FileFacts changed(String name, long at) throws IOException {
    Path copy = folder.resolve(name + ".safetensors");
    Files.copy(folder.resolve("model.safetensors"), copy);
    try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
      file.seek(at);
      int before = file.read();
      file.seek(at);
      file.write(before ^ 1);
    }
    return read(copy);
  }

  private static FileFacts read(Path file) {
    Acts.Running act = Acts.run("read_file", "read", file, 1 << 20);
    observed.settle();
    return factsOf(act.pid());
  }

  private static FileFacts factsOf(int pid) {
    return observed
        .accesses(pid)
        .filter(access -> access.direction() == Direction.READ)
        .map(FileAccessed::fileId)
        .map(observed::file)
        .findFirst()
        .orElseThrow();
  }
}
