// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Bytes.UNCOUNTED;
import static io.modelwarden.coverage.Hook.PROCESS_EXEC;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.SESSION;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.Flow;
import io.modelwarden.event.KernelEvent.BytesSent;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.event.KernelEvent.ProcessSeen;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessFacts.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Model data that leaves an exec session by its standard output, as with kubectl exec and cp. */
@Tag("kernel")
class ExecStdioTest {

  private static final long MODEL_BYTES = 8 + 1024 + 2_000_000 / 16 * 16;

  @TempDir private static Path folder;
  private static Path model;
  private static Path served;
  private Observed observed;
  private Container container;

  @BeforeAll
  static void make() {
    model = folder.resolve("stolen.safetensors");
    served = folder.resolve("served.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    Acts.run("make_model", served, MODEL_BYTES);
  }

  @BeforeEach
  void start() throws IOException {
    observed = new Observed();
    container = Container.serving(served);
  }

  @AfterEach
  void stop() {
    container.close();
    observed.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"write", "writev", "pwritev2", "sendfile", "splice", "vmsplice", "tee"})
  @Way(
      value = "write, writev, sendfile, splice, vmsplice, tee to an exec session's output",
      of = SESSION,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT})
  void everyWayOut_isCountedToTheByte(String method) throws IOException {
    Path truth = folder.resolve("truth");
    long received =
        container.exec(Acts.path("write_out"), method, model, 50_000, truth.toAbsolutePath());
    assertThat(received).isEqualTo(MODEL_BYTES);
    assertThat(Files.readString(truth)).contains(" bytes=" + MODEL_BYTES + " ");
    assertThat(left())
        .singleElement()
        .satisfies(
            sent -> {
              assertThat(sent.increment().bytes()).isEqualTo(MODEL_BYTES);
              assertThat(sent.flow())
                  .isEqualTo(
                      new Flow(null, 0, Flow.Transport.PIPE, Flow.Role.UNKNOWN, "exec_stdio"));
            });
  }

  /** However many processes the bytes pass through, and whatever becomes of them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "cat MODEL",
        "dd if=MODEL bs=4096 2>/dev/null",
        "tar -C FOLDER -cf - stolen.safetensors",
        "cat MODEL >/dev/stdout",
        "exec 7>&1 >/dev/null; cat MODEL >&7",
        "cat MODEL | gzip -c",
        "cat MODEL | base64 | tr -d '\\n'",
        "gzip -c <MODEL | (exec base64)",
        "text=$(base64 MODEL); echo \"$text\"",
        "gzip -c MODEL >FOLDER/copy; exec cat FOLDER/copy",
        "mkfifo FOLDER/fifo; cat MODEL >FOLDER/fifo & cat FOLDER/fifo; rm FOLDER/fifo",
        "setsid sh -c 'cat MODEL; :' &",
        "(sleep 0.2; cat MODEL) &",
      })
  @Way(
      value = "pipelines and scripts to an exec session's output",
      of = SESSION,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT})
  void programs_areCountedToTheByte(String script) throws IOException {
    long received = container.exec("/bin/sh", "-c", here(script));
    assertThat(received).isGreaterThan(1000);
    assertThat(bytesLeft()).isEqualTo(received);
  }

  @Test
  void processThatReadNoModelItself_isArmedByItsSession() throws IOException {
    container.exec("/bin/sh", "-c", here("cat MODEL | gzip -c"));
    List<BytesSent> left = left();
    assertThat(left).hasSize(1);
    ProcessFacts gzip = facts(left.get(0));
    ProcessFacts cat =
        observed
            .of(ProcessSeen.class, seen -> seen.process().key().equals(reader()))
            .findFirst()
            .orElseThrow()
            .process();
    assertThat(gzip.executableName()).isEqualTo("gzip");
    assertThat(gzip.origin()).isEqualTo(Origin.PASSED); // by the pipe, before it wrote
    assertThat(gzip.execSession()).isEqualTo(cat.execSession()).isPositive();
    assertThat(cat.origin()).isEqualTo(Origin.SELF);
  }

  /** Whoever leaves the mounts or the cgroup of the container still writes to the same output. */
  @Test
  void sessionThatGoesToTheMachinesMounts_isStillOne() throws IOException {
    long own = ProcessHandle.current().pid();
    Path play = Acts.path("play_container");
    long received = container.exec(play, "mounts", own, "/bin/cat", model);
    assertThat(received).isEqualTo(MODEL_BYTES);
    assertThat(bytesLeft()).isEqualTo(MODEL_BYTES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat MODEL", "cat MODEL >/dev/tty", "cat MODEL | gzip -cf >/dev/tty"})
  @Way(
      value = "the terminal of an exec session",
      of = SESSION,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT})
  void terminal_isCountedLikeAPipe(String script) throws IOException {
    long received = container.execOn("terminal", "/bin/sh", "-c", here(script));
    assertThat(received).isGreaterThan(1000);
    assertThat(bytesLeft()).isEqualTo(received);
  }

  /** Some runtimes give sockets: their bytes are counted where those of all sockets are, once. */
  @ParameterizedTest
  @ValueSource(strings = {"cat MODEL", "cat MODEL | gzip -c"})
  @Way(
      value = "an exec session whose streams are sockets",
      of = SESSION,
      bytes = EXACT,
      by = {PROCESS_EXEC, SOCK_SEND_LENGTH})
  void socket_isCountedOnce(String script) throws IOException {
    long received = container.execOn("socket", "/bin/sh", "-c", here(script));
    assertThat(received).isGreaterThan(1000);
    assertThat(bytesLeft()).isEqualTo(received);
    assertThat(left())
        .allSatisfy(sent -> assertThat(sent.flow().transport()).isEqualTo(Flow.Transport.UNIX));
    assertThat(sent("local")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cat MODEL | cat >/dev/null",
        "cat MODEL | gzip -c >FOLDER/inside.gz",
        "exec >/dev/null; cat MODEL",
      })
  void whatStaysInside_isNotCounted(String script) throws IOException {
    assertThat(container.exec("/bin/sh", "-c", here(script))).isZero();
    assertThat(observed.settle().accesses(model)).isNotEmpty();
    assertThat(left()).isEmpty();
  }

  @Test
  void sessionWithoutAModel_isNotCounted_alsoBesideOneThatTookIt() throws IOException {
    container.exec("/bin/sh", "-c", here("cat MODEL >/dev/null"));
    long received = container.exec("/bin/sh", "-c", "seq 100000 | cat");
    assertThat(received).isPositive();
    assertThat(left()).isEmpty();
    assertThat(observed.of(ProcessSeen.class, seen -> seen.process().origin() == Origin.SESSION))
        .isEmpty();
  }

  /** Who stages it has ended, and so has the session: what holds it is the file. */
  @Test
  @Way(
      value = "a copy that one exec session stages and another one prints",
      of = SESSION,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT})
  void copyThatAnotherSessionStaged_isCountedWhereItLeaves() throws IOException {
    container.exec("/bin/sh", "-c", here("gzip -1c MODEL >FOLDER/staged"));
    long received =
        container.exec("/bin/sh", "-c", here("mv FOLDER/staged FOLDER/b; cat FOLDER/b"));
    assertThat(received).isGreaterThan(100_000);
    assertThat(bytesLeft()).isEqualTo(received);
    assertThat(facts(left().get(0)).origin()).isEqualTo(Origin.PASSED);
  }

  /** What a server prints goes to the container's log. */
  @Test
  @Way(
      value = "printed by the container's first process (kubectl logs)",
      of = SESSION,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      note = "the read")
  void entrypoint_printsWithoutBeingCounted() throws IOException {
    assertThat(Container.print("/bin/cat", model.toString())).isEqualTo(MODEL_BYTES);
    assertThat(observed.settle().accesses(model)).isNotEmpty();
    assertThat(left()).isEmpty();
  }

  @Test
  void readerOnTheMachine_printsWithoutBeingCounted() throws Exception {
    container.exec("/bin/sh", "-c", here("cat MODEL >/dev/null"));
    Process cat = new ProcessBuilder("cat", model.toString()).start();
    assertThat(cat.getInputStream().readAllBytes()).hasSize((int) MODEL_BYTES);
    assertThat(left()).isEmpty();
  }

  @Test
  void sessionThatFindsNoRoom_isADoubt_andItsReadersAreCounted() throws IOException {
    observed.close();
    observed = new Observed(Map.of("exec_sessions", 1), 1 << 20);
    container.exec("/bin/sh", "-c", here("cat MODEL >/dev/null"));
    long received = container.exec("/bin/cat", model);
    assertThat(bytesLeft()).isEqualTo(received).isEqualTo(MODEL_BYTES);
    assertThat(observed.lost("session_map_full")).isPositive();
  }

  /** Until then each write to any pipe of the machine is looked at. */
  @Test
  void afterADayWithoutASession_nothingIsDoneForPipes_untilTheNextTake() throws IOException {
    assertThat(observed.settle().sessionTakes()).isZero();
    container.exec("/bin/cat", model);
    assertThat(bytesLeft()).isEqualTo(MODEL_BYTES);
    assertThat(observed.sessionTakes()).isPositive();
    observed.sweepAfter(Duration.ofHours(23));
    assertThat(observed.sessionTakes()).isPositive();
    observed.sweepAfter(Duration.ofHours(25));
    assertThat(observed.sessionTakes()).isZero();

    container.exec("/bin/cat", model);
    assertThat(observed.settle().sessionTakes()).isPositive();
    assertThat(bytesLeft()).isEqualTo(2 * MODEL_BYTES);
  }

  private static String here(String script) {
    return script.replace("MODEL", model.toString()).replace("FOLDER", folder.toString());
  }

  /** Of the one that read the model first. */
  private Object reader() {
    return observed.accesses(model).map(FileAccessed::process).findFirst().orElseThrow();
  }

  private ProcessFacts facts(BytesSent sent) {
    return observed
        .of(ProcessSeen.class, seen -> seen.process().key().equals(sent.process()))
        .findFirst()
        .orElseThrow()
        .process();
  }

  private List<BytesSent> left() {
    observed.settle();
    return sent("exec_stdio");
  }

  /** By processes of the container: others of the machine may be at work. */
  private List<BytesSent> sent(String scope) {
    return observed
        .of(BytesSent.class, sent -> sent.flow().scope().equals(scope))
        .filter(sent -> facts(sent).cgroupId() == container.cgroup().id())
        .toList();
  }

  private long bytesLeft() {
    return left().stream().mapToLong(sent -> sent.increment().bytes()).sum();
  }
}
