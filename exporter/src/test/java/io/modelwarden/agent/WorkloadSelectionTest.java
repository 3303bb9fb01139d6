// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.config.SettingsLoader;
import io.modelwarden.probe.CgroupJudge.Verdict;
import io.modelwarden.workload.NoPods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of the settings file while the agent runs. */
class WorkloadSelectionTest {

  private static final String HOST = "/system.slice/backup.service";

  @TempDir private Path folder;

  @Test
  void editedFile_isInForceWithTheNextLook() throws IOException {
    Path file = Files.writeString(folder.resolve("settings.yaml"), "workloads: {}");
    WorkloadSelection selection = selection(file);
    assertThat(selection.look()).isFalse();
    assertThat(selection.leavesSomeOut()).isFalse();
    Files.writeString(file, "workloads: {exclude: [{host: true}]}");
    assertThat(selection.look()).isTrue();
    assertThat(selection.look()).isFalse();
    assertThat(selection.judge(HOST)).isEqualTo(Verdict.LEFT_OUT);
    Files.writeString(file, "session: {slice: 30s}");
    assertThat(selection.look()).isTrue();
    assertThat(selection.judge(HOST)).isEqualTo(Verdict.SELECTED);
  }

  @Test
  void wrongOrMissingFile_leavesTheRulesInForce() throws IOException {
    Path file = Files.writeString(folder.resolve("settings.yaml"), "workloads: {}");
    WorkloadSelection selection = selection(file);
    Files.writeString(file, "workloads: {exclude: [{host: true}]}");
    assertThat(selection.look()).isTrue();
    for (String wrong : new String[] {"workloads: {exclude: [{hots: true}]}", "a: [", "\0"}) {
      Files.writeString(file, wrong);
      assertThat(selection.look()).isFalse();
    }
    Files.delete(file);
    assertThat(selection.look()).isFalse();
    assertThat(selection.judge(HOST)).isEqualTo(Verdict.LEFT_OUT);
  }

  /** As the kubelet does with a ConfigMap: the file is a link through a link that is replaced. */
  @Test
  void configMap_isSeenThroughItsLinks() throws IOException {
    Path before = Files.createDirectory(folder.resolve("..1"));
    Path after = Files.createDirectory(folder.resolve("..2"));
    Files.writeString(before.resolve("settings.yaml"), "workloads: {include: [{host: true}]}");
    Files.writeString(after.resolve("settings.yaml"), "workloads: {exclude: [{host: true}]}");
    Path data = Files.createSymbolicLink(folder.resolve("..data"), before);
    Path file =
        Files.createSymbolicLink(folder.resolve("settings.yaml"), data.resolve("settings.yaml"));
    WorkloadSelection selection = selection(file);
    assertThat(selection.look()).isFalse();
    assertThat(selection.judge(HOST)).isEqualTo(Verdict.SELECTED);
    Path link = Files.createSymbolicLink(folder.resolve("..data_tmp"), after);
    Files.move(link, data, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    assertThat(selection.look()).isTrue();
    assertThat(selection.judge(HOST)).isEqualTo(Verdict.LEFT_OUT);
  }

  private static WorkloadSelection selection(Path file) {
    return new WorkloadSelection(
        SettingsLoader.load(file, Map.of()).workloads(),
        NoPods.INSTANCE,
        false,
        new SettingsWatch(file, Map.of()));
  }
}
