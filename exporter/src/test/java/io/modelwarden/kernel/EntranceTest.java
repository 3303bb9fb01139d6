// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.PROCESS_EXEC;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.READER;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.event.KernelEvent.ProcessSeen;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessFacts.Entrance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a reader came into its container, by the kernel's own facts. */
@Tag("kernel")
class EntranceTest {

  private static final long MODEL_BYTES = 8 + 1024 + 2_000_000 / 16 * 16;
  private static final String READ = Acts.path("read_file").toString();
  private static final String SHELL = "/bin/sh";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"start", "start_host_pids"})
  void whatTheContainerWasStartedWith_isItsEntrypoint(String start) throws IOException {
    Path own = model();
    Path child = model();
    try (Observed observed = new Observed();
        Cgroup cgroup = Cgroup.create()) {
      String script = "%s read %s 65536; %s read %s 65536; :".formatted(READ, own, READ, child);
      Acts.run("play_container", start, cgroup.folder(), SHELL, "-c", script);
      observed.settle();
      assertThat(entrance(observed, own)).isEqualTo(Entrance.ENTRYPOINT);
      assertThat(entrance(observed, child)).isEqualTo(Entrance.ENTRYPOINT);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"start", "start_host_pids"})
  @Way(
      value = "a command run in a container",
      of = READER,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT},
      note = "told by its origin")
  void execSession_isTold_andAgainstTheEntrypoint(String start) throws IOException {
    Path served = model();
    Path stolen = model();
    try (Observed observed = new Observed();
        Cgroup cgroup = Cgroup.create();
        Acts.Running container = container(start, cgroup, served)) {
      enter(container, cgroup, READ, "read", stolen, 65536);
      observed.settle();
      assertThat(entrance(observed, stolen)).isEqualTo(Entrance.EXEC);
      assertThat(entrance(observed, served)).isEqualTo(Entrance.ENTRYPOINT);
      assertThat(facts(observed, stolen).cgroupPath()).isEqualTo(cgroup.path());
      assertThat(facts(observed, stolen).containerStartEpochNanos())
          .as("the container is as old as its first process")
          .isEqualTo(facts(observed, served).startEpochNanos())
          .isLessThan(facts(observed, stolen).startEpochNanos());
    }
  }

  /** Orphans of a session go to the container's first process: ancestry would call them its own. */
  @Test
  @Way(
      value = "a command run in a container",
      of = READER,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT},
      note = "told by its origin")
  void orphanOfAnExecSession_staysOne() throws IOException {
    Path served = model();
    Path stolen = model();
    Path go = folder.resolve("go");
    Path truth = folder.resolve("truth");
    String wait = "while [ ! -e %s ]; do sleep 0.1; done".formatted(go);
    String read = "exec %s read %s 65536 >%s".formatted(READ, stolen, truth);
    String script = "(%s; %s) </dev/null >/dev/null &".formatted(wait, read);
    try (Observed observed = new Observed();
        Cgroup cgroup = Cgroup.create();
        Acts.Running container = container("start", cgroup, served)) {
      enter(container, cgroup, SHELL, "-c", script);
      Files.createFile(go);
      while (!Files.exists(truth) || Files.size(truth) == 0) {
        observed.settle();
      }
      observed.settle();
      assertThat(entrance(observed, stolen)).isEqualTo(Entrance.EXEC);
    }
  }

  /** A session that may make cgroups cannot make itself the first of one. */
  @Test
  void execSession_inACgroupOfItsOwnBelow_staysOne() throws IOException {
    Path served = model();
    Path stolen = model();
    try (Observed observed = new Observed();
        Cgroup cgroup = Cgroup.create();
        Acts.Running container = container("start", cgroup, served)) {
      Path below = cgroup.child("mine").folder();
      enter(container, cgroup, Acts.path("in_cgroup"), below, READ, "read", stolen, 65536);
      observed.settle();
      assertThat(entrance(observed, stolen)).isEqualTo(Entrance.EXEC);
      assertThat(facts(observed, stolen).cgroupPath()).isEqualTo(cgroup.path() + "/mine");
    }
  }

  /** nsenter from a container into the mounts of the machine. */
  @ParameterizedTest
  @ValueSource(strings = {"start", "start_host_pids"})
  @Way(
      value = "nsenter into the machine's mounts",
      of = READER,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT},
      note = "told by its origin")
  void readerThatLeftTheMountsOfItsContainer(String start) throws IOException {
    Path stolen = model();
    try (Observed observed = new Observed();
        Cgroup cgroup = Cgroup.create()) {
      Acts.run(
          "play_container",
          start,
          cgroup.folder(),
          Acts.path("play_container"),
          "mounts",
          ProcessHandle.current().pid(),
          READ,
          "read",
          stolen,
          65536);
      observed.settle();
      assertThat(entrance(observed, stolen)).isEqualTo(Entrance.HOST);
    }
  }

  /** What ran before the agent has no mark: its ancestors tell. */
  @Test
  void containerOlderThanTheAgent_isToldByItsAncestors() throws IOException {
    Path served = model();
    Path stolen = model();
    try (Cgroup cgroup = Cgroup.create();
        Acts.Running container = container("start", cgroup, served);
        Acts.Running session =
            Acts.start(
                "play_container",
                "enter",
                cgroup.folder(),
                first(cgroup),
                READ,
                "read",
                stolen,
                65536,
                "--wait-before");
        Observed observed = new Observed()) {
      assertThat(session.goOn()).containsEntry("bytes", Long.toString(MODEL_BYTES));
      assertThat(container.truth).containsKey("pid");
      observed.settle();
      assertThat(entrance(observed, stolen)).isEqualTo(Entrance.EXEC);
      assertThat(observed.recovered(Integer.parseInt(first(cgroup))))
          .extracting(ProcessSeen::process)
          .allSatisfy(
              server -> {
                assertThat(server.entrance()).isEqualTo(Entrance.ENTRYPOINT);
                assertThat(server.containerStartEpochNanos()).isEqualTo(server.startEpochNanos());
              })
          .isNotEmpty();
    }
  }

  @Test
  void processOfTheMachine_hasNone() throws IOException {
    Path model = model();
    try (Observed observed = new Observed()) {
      Acts.run("read_file", "read", model, 65536);
      observed.settle();
      assertThat(entrance(observed, model)).isEqualTo(Entrance.UNKNOWN);
    }
  }

  /** A server that holds its model until it is closed. */
  private static Acts.Running container(String start, Cgroup cgroup, Path model) {
    return Acts.start(
        "play_container", start, cgroup.folder(), Acts.path("hold_model"), model, "--mode", "read");
  }

  private static void enter(Acts.Running container, Cgroup cgroup, Object... command)
      throws IOException {
    assertThat(container.truth).containsKey("pid");
    List<Object> arguments = new ArrayList<>(List.of("enter", cgroup.folder(), first(cgroup)));
    arguments.addAll(List.of(command));
    Acts.run("play_container", arguments.toArray());
  }

  /** Of the container's processes, by the machine's count. */
  private static String first(Cgroup cgroup) throws IOException {
    return Files.readAllLines(cgroup.folder().resolve("cgroup.procs")).get(0);
  }

  private Path model() throws IOException {
    Path model = Files.createTempFile(folder, "weights", ".safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    return model;
  }

  private static Entrance entrance(Observed observed, Path model) {
    return facts(observed, model).entrance();
  }

  private static ProcessFacts facts(Observed observed, Path model) {
    FileAccessed access = observed.accesses(model).findFirst().orElseThrow();
    return observed
        .of(ProcessSeen.class, seen -> seen.process().key().equals(access.process()))
        .findFirst()
        .orElseThrow()
        .process();
  }
}
