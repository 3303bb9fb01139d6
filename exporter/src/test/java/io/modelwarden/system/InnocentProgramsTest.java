// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.system.PublicNamespace.ENTER;
import static io.modelwarden.system.PublicNamespace.INSIDE;
import static io.modelwarden.system.PublicNamespace.OUTSIDE;
import static io.modelwarden.system.Stage.nameOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelwarden.kernel.Cgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs at work beside models, of which they take nothing: nothing is reported of them. */
@Tag("system")
class InnocentProgramsTest {

  private static final long BACKUP_BYTES = 500_000_000;

  @TempDir static Path folder;
  private static Path data;
  private static Outside outside;
  private static Stage stage;

  /** One file that is large enough to be looked into, and many that are not. */
  @BeforeAll
  static void start() throws IOException {
    outside = new Outside(folder);
    stage = new Stage(folder, "");
    data = Files.createDirectory(folder.resolve("data"));
    Stage.run(
        "cd %s && head -c 400000000 /dev/urandom >large && head -c 100000000 large | split -b 100k -a 3"
            .formatted(data));
  }

  @AfterAll
  static void stop() {
    stage.close();
    outside.close();
  }

  @Test
  void backupOfOtherDataAtFullSpeed_isNoNews() throws IOException {
    assertSilent("tar -cPf - %s >/dev/tcp/%s/%d".formatted(data, OUTSIDE, Outside.TCP));
    RunningCollector.await("the backup", () -> outside.received() >= BACKUP_BYTES);
    assertSilent("rsync -a %s rsync://%s:%d/loot/".formatted(data, OUTSIDE, Outside.RSYNC));
  }

  @Test
  void downloadOfOtherData_isNoNews() throws IOException {
    assertSilent(
        """
        cd %s
        /usr/bin/python3 -m http.server --bind %s 8085 & server=$!
        until ss -Hltn 'sport = 8085' | grep -q .; do sleep 0.1; done
        %s curl -sS -o %s http://%s:8085/large
        kill $server
        """
            .formatted(data, INSIDE, ENTER, outside.stolen(), INSIDE));
    assertThat(outside.received()).isEqualTo(Files.size(data.resolve("large")));
  }

  @Test
  void compilation_isNoNews() throws IOException {
    assertSilent(
        "make -C %s/bpf BUILD=%s/build %2$s/build/tracepoint.bpf.o %2$s/build/acts/sink"
            .formatted(Programs.REPOSITORY, folder));
  }

  @Test
  void toolsThatListAndNameModels_areNoNews() throws IOException {
    Path model = stage.model("listed");
    Path other = stage.model("moved");
    assertSilent(
        """
        set -e; cd %s
        ls -l .; stat *.safetensors; du -s .; realpath *.safetensors; find . -size +1M -printf '%%s %%p\\n'
        rsync --list-only .; [ -s %s ]; /usr/bin/python3 -c 'import os; print(*os.scandir("."))'
        chmod 600 %2$s; touch %2$s; ln -s %2$s link; ln %2$s hard; mv %s moved; rm moved
        """
            .formatted(model.getParent(), model, other));
  }

  @Test
  void listingAndSumsOfOtherFiles_areNoNews() throws IOException {
    assertSilent(
        "set -e; ls -lR %1$s %2$s >/dev/null; sha256sum %1$s/* >/dev/null".formatted(data, folder));
  }

  /** Pages are written and read at random, and forced to the disk. */
  @Test
  void database_isNoNews() throws IOException {
    assertSilent(
        """
        /usr/bin/python3 -c '
        import sqlite3
        database = sqlite3.connect("%s/rows.db")
        database.execute("create table rows(id integer primary key, value blob)")
        for turn in range(20):
            database.executemany("insert into rows(value) values(randomblob(4096))", [()] * 1000)
            database.commit()
        assert database.execute("select sum(length(value)) from rows").fetchone() == (81920000,)
        '
        """
            .formatted(folder));
  }

  /** Lines go on to another machine as they are written. */
  @Test
  void logShipper_isNoNews() throws IOException {
    assertSilent(
        """
        log=%s/server.log; : >$log
        tail -F -n +1 --pid=$$ $log 2>/dev/null >/dev/tcp/%s/%d &
        for i in $(seq 20000); do echo "request $i took 20 ms"; done >>$log
        sleep 1
        """
            .formatted(folder, OUTSIDE, Outside.TCP));
    RunningCollector.await("the lines", () -> outside.received() > 20_000 * 20);
  }

  /** Runs a script as a workload of its own, and a reader of a model as another after it. */
  private static void assertSilent(String script) throws IOException {
    Path model = stage.model("control");
    try (Cgroup innocent = Cgroup.create();
        Cgroup control = Cgroup.create()) {
      runIn(innocent, script);
      runIn(control, "cat %s >/dev/null".formatted(model));
      stage.settle(nameOf(model));
      assertThat(reported(control)).as("of the reader").isNotEmpty();
      assertThat(reported(innocent)).isEmpty();
    }
  }

  private static void runIn(Cgroup cgroup, String script) {
    Stage.run("echo $$ >%s/cgroup.procs\n%s".formatted(cgroup.folder(), script));
  }

  /** Series and requests of spans and logs that name the workload. */
  private static List<String> reported(Cgroup workload) {
    Stream<String> evidence =
        Stream.of("spans.jsonl", "logs.jsonl")
            .flatMap(file -> stage.collector().lines(file).stream())
            .map(JsonNode::toString);
    return Stream.concat(stage.collector().totals().series(), evidence)
        .filter(text -> text.contains(workload.workload()))
        .toList();
  }
}
