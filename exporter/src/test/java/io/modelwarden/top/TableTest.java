// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {

  private static final View BY_FILE = Snapshots.VIEW.otherRows();

  @Test
  void at80Columns_theLessImportantColumnsGo_andNamesAreCut() {
    assertThat(String.join("\n", lines(Snapshots.theft(), Snapshots.VIEW, 80)))
        .isEqualTo(
            """
            modelwarden   up 2h 13m   probes 13/13   armed 41, holding 3   no losses
            models 2   readers 3 (1 ended)   reading 2.5 MB/s   sending 2.0 MB/s

            S MODEL      READER     PID    BYTES SHARE BYTES/S▼     SENT LAST PEER
            S acme-7b    python3  31337  60.0 MB   30%   2.5 MB  59.0 MB [2001:db8::10]:4433
            H Llama-3-7… vllm      4711   4.0 GB  100%        -        -
            X acme-7b    cp         815 200.0 MB 99.9%        -        -""");
  }

  @Test
  void at80ColumnsByFile_thePathIsCutInItsMiddle() {
    assertThat(String.join("\n", lines(Snapshots.theft(), BY_FILE, 80).subList(3, 6)))
        .isEqualTo(
            """
            S FILE                           READER     PID    BYTES SHARE BYTES/S▼     SENT
            S /srv/mo…e-7b/model.safetensors python3  31337  60.0 MB   30%   2.5 MB  59.0 MB
            H /srv/mo…1-of-00004.safetensors vllm      4711   1.0 GB   25%        -        -""");
  }

  @Test
  void at200Columns_allColumnsAreThere() {
    List<String> lines = lines(Snapshots.theft(), Snapshots.VIEW, 200);
    assertThat(lines.get(0)).endsWith("no losses   0.1.0 on node-1");
    assertThat(String.join("\n", lines.subList(3, lines.size())))
        .isEqualTo(
            """
            S  MODEL                 FILE                                READER      PID  WORKLOAD           POD                   ORIGIN     BYTES  SHARE  BYTES/S▼      SENT  LAST PEER            SCOPE      IDLE
            S  acme-7b               /srv/mod…acme-7b/model.safetensors  python3   31337  llm/vllm           vllm-6d5f-x2v/server  exec     60.0 MB    30%    2.5 MB   59.0 MB  [2001:db8::10]:4433  public       0s
            H  Llama-3-70B-Instruct  /srv/mod…/snapshots/main/(4 files)  vllm       4711  inference.service                        host      4.0 GB   100%         -         -                                1h 01m
            X  acme-7b               /srv/mod…acme-7b/model.safetensors  cp          815  cp                                       host    200.0 MB  99.9%         -         -                                1m 04s""");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 20, 40, 60, 79, 80, 81, 100, 119, 120, 160, 200, 400})
  void noLineIsLongerThanTheTerminal(int width) {
    for (View view : List.of(Snapshots.VIEW, BY_FILE)) {
      assertThat(lines(Snapshots.theft(), view, width))
          .allMatch(line -> Marks.width(line) <= width, "at most " + width);
    }
  }

  @Test
  void figures_standAtTheRight() {
    List<String> lines = lines(Snapshots.theft(), Snapshots.VIEW, 80);
    int end = lines.get(3).indexOf("BYTES ") + "BYTES".length();
    assertThat(lines.subList(4, 7)).allMatch(line -> line.substring(0, end).endsWith("B"));
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 80, 120})
  void theColumnOfTheOrder_isAlwaysThere(int width) {
    for (Column column : Column.values()) {
      View view = Snapshots.VIEW.sortedBy(column);
      assertThat(lines(Snapshots.theft(), view, width).get(3))
          .containsPattern(column.title + "[▼▲]");
    }
  }

  @Test
  void wideCharacters_countTwice() {
    Snapshot snapshot =
        Snapshots.of(
            Map.of(), Snapshots.named("模型模型模型模型模型模型模型", "/m/模型.gguf", "猫", "c", "192.0.2.1"));
    List<String> lines = lines(snapshot, Snapshots.VIEW, 80);
    assertThat(lines.get(4)).contains("…");
    assertThat(Marks.width(lines.get(4))).isLessThanOrEqualTo(80);
    int peer = Marks.width(lines.get(3).substring(0, lines.get(3).indexOf("LAST PEER")));
    assertThat(Marks.width(lines.get(4).substring(0, lines.get(4).indexOf("192.0.2.1"))))
        .isEqualTo(peer);
  }

  @Test
  void withoutUnicode_theMarksAreAscii() {
    List<String> lines = PlainTable.lines(Snapshots.theft(), BY_FILE, 80, US_ASCII);
    assertThat(lines.get(3)).contains("BYTES/Sv");
    assertThat(lines.get(4)).contains("/srv/mo~");
    assertThat(lines).allMatch(line -> US_ASCII.newEncoder().canEncode(line));
  }

  @Test
  void losses_areNamed() {
    Snapshot snapshot = Snapshots.of(Map.of("ring_full", 2L, "map_full", 10L));
    assertThat(lines(snapshot, Snapshots.VIEW, 80))
        .contains("losses 12: map_full 10, ring_full 2")
        .noneMatch(line -> line.contains("no losses"));
  }

  @Test
  void whatIsNotShown_isToldAsANumber() {
    Snapshot all = Snapshots.theft();
    Snapshot cut = new Snapshot(1, all.time(), all.agent(), all.readers(), 5, 7);
    assertThat(lines(cut, Snapshots.VIEW, 80)).contains("not shown: 5 more readers, 7 that ended");
  }

  private static List<String> lines(Snapshot snapshot, View view, int width) {
    return PlainTable.lines(snapshot, view, width, UTF_8);
  }
}
