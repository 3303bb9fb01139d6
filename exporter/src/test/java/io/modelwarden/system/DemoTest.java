// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The main job on real parts: packaged agent, collector, Prometheus, two thefts and a server. */
@Tag("system")
class DemoTest {

  @Test
  void demo_showsEveryFindingAndEndsGood() {
    Programs.Ended demo =
        Programs.run(List.of(Programs.REPOSITORY.resolve("scripts/demo.sh").toString()));
    assertThat(demo.code()).as(demo.output()).isZero();
    assertThat(demo.output())
        .contains("findings         none")
        .contains("bytes=60000000")
        .contains("60.0 MB so far, holding 60.0 MB of the model")
        .contains("ModelEgressBudgetWarning (warning) fires")
        .contains("150.0 MB of the memory of hold_model by process_vm_readv")
        .contains("ModelMemoryRead (critical) fires");
  }
}
