// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.PROCESS_FORK;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Kind.TRAIL;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Marks that a large file gave which turned out to be none, and marks that must stay. */
@Tag("kernel")
class DisarmingTest {

  @TempDir Path folder;

  @Test
  void mark_endsWhereNothingIsOpen_andComesBackWithTheNextModel() throws IOException {
    Path ordinary = folder.resolve("database");
    Path model = folder.resolve("weights.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(ordinary.toFile(), "rw")) {
      file.setLength(70_000_000);
    }
    Acts.run("make_model", model, 3_000_000);
    try (Observed observed = new Observed();
        Shell shell = new Shell()) {
      shell.run("exec 3<" + ordinary);
      observed.settle();
      assertThat(observed.timesArmed(shell.pid())).isEqualTo(1);
      assertThat(observed.disarm(shell.pid())).as("only an ordinary file is open").isTrue();
      int child = Integer.parseInt(shell.run("sleep 0.01 & echo $!; wait"));
      observed.settle();
      assertThat(observed.timesArmed(child)).as("nothing to inherit").isZero();

      shell.run("exec 4<" + model);
      observed.settle();
      assertThat(observed.timesArmed(shell.pid())).isEqualTo(2);
      assertThat(observed.disarm(shell.pid())).as("a model is open").isFalse();
      child = Integer.parseInt(shell.run("sleep 0.01 & echo $!; wait"));
      observed.settle();
      assertThat(observed.timesArmed(child)).as("the mark of its parent").isPositive();

      shell.run("exec 4<&-");
      assertThat(observed.disarm(shell.pid())).as("nothing is open").isTrue();
    }
  }

  @Test
  void processThatWasForgotten_isToldOfAgainBeforeWhatItDoes() throws IOException {
    Path model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, 3_000_000);
    try (Observed observed = new Observed();
        Shell shell = new Shell()) {
      shell.run("exec 4<" + model + "; read line <&4");
      observed.settle();
      assertThat(observed.timesArmed(shell.pid())).isEqualTo(1);
      observed.forgotten(shell.pid());
      observed.settle();
      assertThat(observed.timesArmed(shell.pid())).as("it does nothing").isEqualTo(1);

      shell.run("read line <&4");
      observed.settle();
      assertThat(observed.timesArmed(shell.pid())).isEqualTo(2);
    }
  }

  /** A server that streams weights has no file open that would give it away. */
  @Test
  @Way(
      value = "weights that a declared holder streamed",
      of = TRAIL,
      bytes = EXACT,
      by = {PROCESS_FORK, SOCK_SEND_LENGTH})
  void mark_byDeclaration_needsNoFileAndIsInherited() throws IOException {
    try (Observed observed = new Observed();
        Shell shell = new Shell()) {
      shell.run("true");
      observed.settle();
      assertThat(observed.timesArmed(shell.pid())).isZero();
      observed.declare(shell.pid());
      assertThat(observed.timesArmed(shell.pid())).isEqualTo(1);
      int child = Integer.parseInt(shell.run("sleep 0.01 & echo $!; wait"));
      observed.settle();
      assertThat(observed.timesArmed(child)).isPositive();
      observed.declare(shell.pid());
      assertThat(observed.timesArmed(shell.pid())).as("it was marked before").isEqualTo(1);
      observed.declare(1 << 22); // nobody
    }
  }

  /** A shell that does one thing after the other, and says when it is done. */
  private static final class Shell implements AutoCloseable {
    private final Process process;
    private final BufferedWriter input;
    private final BufferedReader output;

    Shell() throws IOException {
      process = new ProcessBuilder("sh").redirectErrorStream(true).start();
      input = process.outputWriter();
      output = process.inputReader();
    }

    int pid() {
      return (int) process.pid();
    }

    /** The first line that the command printed, or "done". */
    String run(String command) throws IOException {
      input.write(command + "; echo done\n");
      input.flush();
      String first = output.readLine();
      for (String line = first; !line.equals("done"); ) {
        line = output.readLine();
      }
      return first;
    }

    @Override
    public void close() throws IOException {
      input.close();
      try {
        process.waitFor();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
