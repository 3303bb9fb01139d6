// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessKey;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Copies have their model's name, and are no further part of it. */
class CopyTest {

  private static final long SIZE = 64 * MIB;

  private final Scene scene = new Scene();
  private final ProcessKey process = scene.starts(1, "cp");

  @Test
  void copyUnderAnotherName_isTheModel_andDoesNotMakeItLarger() {
    reads(scene.model(SIZE, "f1"), "/models/llama/a.safetensors");
    reads(scene.model(SIZE, "f1"), "/tmp/holiday/b.bin");
    assertThat(sets()).containsOnly(new ModelSet("llama", "safetensors", SIZE)).hasSize(2);
  }

  @Test
  void otherContent_isAnotherModel() {
    reads(scene.model(SIZE, "f1"), "/models/llama/a.safetensors");
    reads(scene.model(SIZE, "f2"), "/models/other/a.safetensors");
    assertThat(sets()).extracting(ModelSet::name).containsExactlyInAnyOrder("llama", "other");
  }

  /** A fingerprint is taken when a file is no longer written, and it may have a name by then. */
  @Test
  void copyThatIsRecognisedLater_isTheModelFromThenOn() {
    reads(scene.model(SIZE, "f1"), "/models/llama/a.safetensors");
    int copy = scene.model(SIZE);
    reads(copy, "/tmp/holiday/b.bin");
    scene.fingerprints(copy, SIZE, "f1");
    scene.passes(java.time.Duration.ofMinutes(2));
    reads(copy, "/tmp/holiday/b.bin");
    List<ModelSet> sets = sets();
    assertThat(sets).extracting(ModelSet::name).contains("holiday", "llama");
    assertThat(sets.get(sets.size() - 1)).isEqualTo(new ModelSet("llama", "safetensors", SIZE));
  }

  private void reads(int file, String path) {
    scene.accesses(process, file, path, Direction.READ, SIZE);
  }

  private List<ModelSet> sets() {
    scene.tracker.close();
    return scene.sink.spans.stream()
        .filter(span -> span.facts() instanceof Evidence.FileAccessFacts)
        .map(Evidence::model)
        .toList();
  }
}
