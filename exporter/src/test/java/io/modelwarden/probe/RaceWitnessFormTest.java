// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelwarden.libbpf.BpfException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RaceWitnessFormTest {

  @Test
  void formThatTheProgramReads_isTaken() {
    assertThatCode(() -> RaceWitness.require(name -> Optional.of("address_space* n n")))
        .doesNotThrowAnyException();
  }

  @Test
  void kernelWithoutTheTracepoint_isAnErrorThatNamesTheSetting() {
    assertThatThrownBy(() -> RaceWitness.require(name -> Optional.empty()))
        .isInstanceOf(BpfException.class)
        .hasMessage(
            "kernel.race-witness: this kernel has no mm_filemap_get_pages, which came with Linux"
                + " 6.12: set it to false");
  }

  @Test
  void formThatIsNotKnown_isAnErrorThatTellsIt() {
    assertThatThrownBy(() -> RaceWitness.require(name -> Optional.of("inode* n")))
        .isInstanceOf(BpfException.class)
        .hasMessage(
            "kernel.race-witness: mm_filemap_get_pages has an unknown form (inode* n): set it to"
                + " false");
  }
}
