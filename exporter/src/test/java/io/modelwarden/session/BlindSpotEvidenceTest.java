// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.BlindSpotFacts;
import org.junit.jupiter.api.Test;

class BlindSpotEvidenceTest {

  private final Scene scene = new Scene();

  @Test
  void preparation_isEvidenceOfItsOwn_ofAProcessThatHoldsNothing() {
    ProcessKey process = scene.starts(10, "losetup");
    scene.prepares(process, "loop_device", "10:237", 4096);

    assertThat(scene.sink.spans)
        .singleElement()
        .satisfies(
            span -> {
              assertThat(span.parent()).isNull();
              assertThat(span.model()).isNull();
              assertThat(span.process().key()).isEqualTo(process);
              assertThat(span.workload().name()).isEqualTo("server.service");
              assertThat(span.facts()).isEqualTo(new BlindSpotFacts("loop_device", "10:237", 4096));
            });
  }
}
