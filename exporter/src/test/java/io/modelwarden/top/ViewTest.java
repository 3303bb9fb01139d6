// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewTest {

  @ParameterizedTest
  @CsvSource({
    "STATE, python3 vllm cp",
    "MODEL, vllm cp python3",
    "READER, cp python3 vllm",
    "PID, python3 vllm cp",
    "WORKLOAD, cp vllm python3",
    "BYTES, vllm cp python3",
    "SHARE, vllm cp python3",
    "RATE, python3 vllm cp",
    "SENT, python3 vllm cp",
    "PEER, vllm cp python3",
    "IDLE, vllm cp python3"
  })
  void figuresFall_andNamesRise(Column column, String readers) {
    View view = Snapshots.VIEW.sortedBy(column);
    assertThat(readers(view)).containsExactly(readers.split(" "));
    assertThat(readers(view.reverse())).doesNotContainSequence(readers.split(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "LLAMA, vllm",
    "snapshots/main, vllm",
    "inference.serv, vllm",
    "python, python3",
    "31337, python3",
    "2001:db8::10, python3",
    "4433, python3",
    "public, python3",
    "0123456789ab, python3",
    "/bin/cp, cp"
  })
  void theFilter_looksIntoAllNames(String filter, String reader) {
    assertThat(readers(Snapshots.VIEW.filteredBy(filter))).contains(reader).isSubsetOf(reader);
  }

  @Test
  void aFilterThatNothingHas_leavesNoRow() {
    assertThat(readers(Snapshots.VIEW.filteredBy("nothing-of-this"))).isEmpty();
  }

  @Test
  void filesOfAModel_areOneRow_orEachItsOwn() {
    View shards = Snapshots.VIEW.filteredBy("llama");
    assertThat(shards.rows(Snapshots.theft()))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.bytes()).isEqualTo(4_000_000_000L);
              assertThat(row.share()).isEqualTo(1);
              assertThat(row.file()).endsWith("/snapshots/main/(4 files)");
            });
    assertThat(shards.otherRows().rows(Snapshots.theft()))
        .hasSize(4)
        .allMatch(row -> row.bytes() == 1_000_000_000L && row.share() == 0.25);
  }

  private static List<String> readers(View view) {
    return view.rows(Snapshots.theft()).stream().map(row -> row.reader().executable()).toList();
  }
}
