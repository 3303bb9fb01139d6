// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines as libbpf 1.1 prints them. */
class LoadFailureTest {

  @Test
  void reason_isTheVerifiersLastWord() {
    assertThat(
            LoadFailure.reason(
                List.of(
                    "libbpf: prog 'careless': BPF program load failed: Permission denied",
                    "libbpf: prog 'careless': -- BEGIN PROG LOAD LOG --",
                    "0: R1=ctx(off=0,imm=0) R10=fp0",
                    "9: (7b) *(u64 *)(r0 +0) = r1",
                    "R0 invalid mem access 'map_value_or_null'",
                    "processed 10 insns (limit 1000000) max_states_per_insn 0 total_states 0",
                    "-- END PROG LOAD LOG --",
                    "libbpf: prog 'careless': failed to load: -13",
                    "libbpf: failed to load object 'refused'")))
        .isEqualTo("prog 'careless': R0 invalid mem access 'map_value_or_null'");
  }

  @Test
  void reason_withoutAWalk_isTheLastLineThatNamesAProgram() {
    assertThat(
            LoadFailure.reason(
                List.of(
                    "libbpf: prog 'hook': failed to find kernel BTF type ID of 'gone': -3",
                    "libbpf: failed to load object 'x'")))
        .isEqualTo("prog 'hook': failed to find kernel BTF type ID of 'gone': -3");
  }

  @Test
  void reason_ofNothing_isEmpty() {
    assertThat(LoadFailure.reason(List.of())).isEmpty();
  }

  @Test
  void reason_staysShort() {
    assertThat(LoadFailure.reason(List.of("libbpf: prog 'x': " + "y".repeat(5000))))
        .hasSizeLessThan(310);
  }
}
