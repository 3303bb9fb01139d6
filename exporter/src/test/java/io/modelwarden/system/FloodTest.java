// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.PROCESS_FORK;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.NOISE;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged agent under a flood: every byte in its totals, every theft in a span. */
@Tag("system")
class FloodTest {

  // Under load the heap may use more of what it is allowed.
  private static final long MEMORY_KILOBYTES = 104 * 1024;
  // All of the heap that it is allowed.
  private static final long MOST_MEMORY_KILOBYTES = 120 * 1024;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int MODEL_BYTES = 50_000_000;
  private static final String LOOPBACK = "127.0.0.1";

  @TempDir Path folder;
  private Path model;
  private String listen;
  private RunningCollector collector;
  private RunningAgent agent;
  private Process sink;
  private String port;

  @BeforeEach
  void start() throws IOException {
    model = folder.resolve(own("acme"));
    await(act("make_model", model, MODEL_BYTES));
    listen = LOOPBACK + ":" + Programs.freePort();
    collector = newCollector();
    agent =
        new RunningAgent(
            folder,
            "session: {quiet-period: 2s, slice: 5s}\n",
            Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://" + listen,
                "OTEL_METRIC_EXPORT_INTERVAL",
                "1000"));
    sink = act("sink", "tcp", LOOPBACK, 0);
    port = line(sink).substring("port=".length());
  }

  @AfterEach
  void stop() {
    for (AutoCloseable part : Arrays.asList(agent, collector)) {
      try {
        part.close();
      } catch (Exception failure) {
        throw new AssertionError(failure);
      }
    }
    Programs.end(sink);
  }

  @Test
  @Way(
      value = "thefts among a million tiny reads",
      of = NOISE,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH})
  void theftsAmongBusyReaders_areAllSeenAndNoByteIsLost() throws IOException {
    Path other = folder.resolve(own("stolen"));
    await(act("make_model", other, MODEL_BYTES));
    Process first = act("read_again", model, 8192, 20_000);
    Process second = act("read_again", model, 512, 20_000);
    List<Truth> thefts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      thefts.add(await(act("read_and_send", "tcp", other, LOOPBACK, port, 65_536, 3_000_000, 10)));
    }
    Truth flood = await(first).plus(await(second));
    assertThat(agent.rssKilobytes()).isLessThanOrEqualTo(MEMORY_KILOBYTES);
    assertThat(flood.operations).isGreaterThan(1_000_000);

    settled(() -> ExportedTotals.read(collector, model.toString()), flood.bytes);
    settled(() -> ExportedTotals.read(collector, other.toString()), 60_000_000);
    settled(() -> ExportedTotals.sent(collector, modelOf(other)), 60_000_000);
    for (Truth theft : thefts) {
      RunningCollector.await(
          "the span of " + theft, () -> ExportedTotals.hasSpan(collector, "send tcp", theft.pid));
    }
  }

  @Test
  @Way(
      value = "10,000 processes that take one chunk each",
      of = NOISE,
      bytes = EXACT,
      by = {SYS_EXIT, PROCESS_FORK, SOCK_SEND_LENGTH})
  void tenThousandProcessesOfOneChunkEach_addUp() throws IOException {
    Truth theft = await(act("steal_by_children", model, LOOPBACK, port, 4096, 10_000));
    assertThat(theft.bytes).isEqualTo(40_960_000);
    settled(() -> ExportedTotals.read(collector, model.toString()), theft.bytes);
    settled(() -> ExportedTotals.sent(collector, modelOf(model)), theft.bytes);
  }

  @Test
  @Way(
      value = "a theft while the agent is stopped",
      of = NOISE,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH})
  void theftWhileTheAgentIsStopped_isInTheTotalsAfterwards() throws Exception {
    Programs.run(List.of("kill", "-STOP", String.valueOf(agent.pid())));
    Truth theft =
        await(act("read_and_send", "tcp", model, LOOPBACK, port, 250_000, MODEL_BYTES, 20));
    Truth children = await(act("steal_by_children", model, LOOPBACK, port, 4096, 3000));
    Thread.sleep(20_000);
    Programs.run(List.of("kill", "-CONT", String.valueOf(agent.pid())));

    settled(() -> ExportedTotals.read(collector, model.toString()), theft.bytes + children.bytes);
    settled(() -> ExportedTotals.sent(collector, modelOf(model)), theft.bytes + children.bytes);
    RunningCollector.await(
        "the span", () -> ExportedTotals.hasSpan(collector, "send tcp", theft.pid));
    assertThat(agent.rssKilobytes()).isLessThanOrEqualTo(MEMORY_KILOBYTES);
  }

  /** More than the spans that may wait to be sent, and than were tracked once. */
  @Test
  void tenThousandProcessesBetweenTwoPolls_addUp() throws IOException {
    Programs.run(List.of("kill", "-STOP", String.valueOf(agent.pid())));
    Truth children = await(act("steal_by_children", model, LOOPBACK, port, 4096, 10_000));
    Programs.run(List.of("kill", "-CONT", String.valueOf(agent.pid())));

    settled(() -> ExportedTotals.read(collector, model.toString()), children.bytes);
    settled(() -> ExportedTotals.sent(collector, modelOf(model)), children.bytes);
  }

  /** Descriptors, names, connections and deaths without end: none of them pushes a theft out. */
  @Test
  @Way(
      value =
          "a theft among 10,000 descriptors, 100,000 names, 10,000 connections and 10,000 killed"
              + " children",
      of = NOISE,
      bytes = EXACT,
      by = {SYS_EXIT, PROCESS_FORK, SOCK_SEND_LENGTH})
  void theftAmongHostilePrograms_isSeenAndNoByteIsLost() throws IOException {
    Path noisy = folder.resolve(own("noisy"));
    await(act("make_model", noisy, MODEL_BYTES));
    Process other = act("sink", "tcp", LOOPBACK, 0);
    String otherPort = line(other).substring("port=".length());
    List<Process> noise =
        List.of(
            act("make_noise", "descriptors", noisy, 10_000),
            act("make_noise", "names", noisy, 100_000),
            act("make_noise", "deaths", noisy, 10_000),
            act("make_noise", "sockets", noisy, 10_000, LOOPBACK, otherPort));
    Truth theft =
        await(act("read_and_send", "tcp", model, LOOPBACK, port, 250_000, MODEL_BYTES, 20));
    for (Process each : noise) {
      assertThat(await(each).operations).isGreaterThanOrEqualTo(10_000);
    }
    assertThat(agent.rssKilobytes()).isLessThanOrEqualTo(MOST_MEMORY_KILOBYTES);

    settled(() -> ExportedTotals.read(collector, model.toString()), theft.bytes);
    settled(() -> ExportedTotals.sent(collector, modelOf(model)), theft.bytes);
    settled(() -> readOf(modelOf(noisy)), 10_000 + 100_000 + 10_000 + 1);
    settled(() -> ExportedTotals.sent(collector, modelOf(noisy)), 10_000);
    RunningCollector.await(
        "the span", () -> ExportedTotals.hasSpan(collector, "send tcp", theft.pid));
    Programs.end(other);
  }

  /** Everything waits for a collector that is not there, and still there is room for more. */
  @Test
  void floodWithoutACollector_doesNotEndTheAgent() throws IOException {
    collector.close();
    Truth children = await(act("steal_by_children", model, LOOPBACK, port, 4096, 20_000));
    collector = newCollector();
    settled(() -> ExportedTotals.read(collector, model.toString()), children.bytes);
    settled(() -> ExportedTotals.sent(collector, modelOf(model)), children.bytes);
  }

  /** Under whatever name it was read. */
  private long readOf(String model) {
    return ExportedTotals.sum(
        collector,
        "modelwarden.file.io",
        series -> series.contains(model) && series.contains("\"read\""));
  }

  private RunningCollector newCollector() throws IOException {
    return new RunningCollector(
        folder,
        List.of("base.yaml", "policy.yaml", "detection/memory-read.yaml", "backends/file.yaml"),
        Map.of("MODELWARDEN_RULE_LISTEN", listen));
  }

  /** A name that no other program of this machine uses: totals are looked up by the model. */
  private static String own(String name) {
    return name + "-" + ProcessHandle.current().pid() + "-" + System.nanoTime() + ".safetensors";
  }

  private static String modelOf(Path file) {
    return file.getFileName().toString().replace(".safetensors", "");
  }

  /** The total becomes that and stays it over the exports that follow. */
  private void settled(LongSupplier total, long bytes) throws IOException {
    try {
      RunningCollector.await("a total of " + bytes, PATIENCE, () -> total.getAsLong() >= bytes);
    } catch (AssertionError late) {
      throw new AssertionError(
          "have %d, %s, losses: %s"
              .formatted(
                  total.getAsLong(),
                  agent.lastWords(20),
                  collector.totals().of("modelwarden.agent.losses")),
          late);
    }
    assertThat(total.getAsLong()).isEqualTo(bytes);
  }

  private record Truth(long pid, long bytes, long operations) {

    private static final Pattern LINE =
        Pattern.compile("pid=(\\d+) bytes=(\\d+) operations=(\\d+).*");

    static Truth of(String line) {
      Matcher parts = LINE.matcher(line);
      assertThat(parts.matches()).as(line).isTrue();
      return new Truth(
          Long.parseLong(parts.group(1)),
          Long.parseLong(parts.group(2)),
          Long.parseLong(parts.group(3)));
    }

    Truth plus(Truth other) {
      return new Truth(0, bytes + other.bytes, operations + other.operations);
    }
  }

  private static Process act(String name, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Programs.REPOSITORY.resolve("bpf/build/acts/" + name).toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static Truth await(Process act) throws IOException {
    String line = line(act);
    Programs.end(act);
    return Truth.of(line);
  }

  private static String line(Process act) {
    try {
      BufferedReader output = act.inputReader(StandardCharsets.UTF_8);
      String line = output.readLine();
      return line == null ? "" : line;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
