// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Evidence.SessionFacts;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionCutTest {

  private final Scene scene = new Scene();

  @Test
  void whileATheftGoesOn_evidenceLeavesEveryMinute() {
    ProcessKey thief = scene.starts(10, "curl");
    int shard = scene.model(GIB);
    for (int second = 0; second < 179; second++) {
      scene.reads(thief, shard, MIB);
      scene.sends(thief, MIB);
      scene.passesSecond();
    }

    assertThat(scene.sink.facts(FileAccessFacts.class)).hasSize(2);
    assertThat(scene.sink.facts(EgressFacts.class)).hasSize(2);
    assertThat(scene.sink.spansOf(SessionFacts.class)).isEmpty();
    assertThat(scene.sink.spans)
        .allSatisfy(
            span ->
                assertThat(span.endEpochNanos() - span.startEpochNanos())
                    .isLessThanOrEqualTo(Duration.ofSeconds(60).toNanos()));
  }

  @Test
  void aPollThatComesLate_makesNoSpanLongerThanASlice() {
    ProcessKey thief = scene.starts(10, "curl");
    int shard = scene.model(GIB);
    scene.reads(thief, shard, MIB);
    scene.now += Duration.ofSeconds(61).toNanos();
    scene.reads(thief, shard, 2 * MIB);
    scene.ends(thief);

    assertThat(scene.sink.facts(FileAccessFacts.class))
        .extracting(FileAccessFacts::sliceBytes)
        .containsExactly(MIB, 2 * MIB);
  }

  @Test
  void aSession_isCutAtFiveMinutes_andTheNextIsLinkedToIt() {
    ProcessKey thief = scene.starts(10, "curl");
    int shard = scene.model(GIB);
    for (int second = 0; second < 700; second++) {
      scene.reads(thief, shard, MIB);
      scene.passesSecond();
    }
    scene.ends(thief);

    List<Evidence> roots = scene.sink.spansOf(SessionFacts.class);
    assertThat(roots).hasSize(3);
    assertThat(roots.get(0).links()).isEmpty();
    assertThat(roots.get(1).links()).containsExactly(roots.get(0).identity());
    assertThat(roots.get(2).links()).containsExactly(roots.get(1).identity());
    Set<String> traces = new HashSet<>();
    roots.forEach(root -> traces.add(root.identity().traceId()));
    assertThat(traces).hasSize(3).allMatch(id -> id.matches("[0-9a-f]{32}"));
    assertThat(roots)
        .allSatisfy(
            root ->
                assertThat(root.endEpochNanos() - root.startEpochNanos())
                    .isLessThanOrEqualTo(Duration.ofMinutes(5).toNanos()));
    assertThat(
            scene.sink.facts(FileAccessFacts.class).stream()
                .mapToLong(FileAccessFacts::sliceBytes)
                .sum())
        .isEqualTo(700 * MIB);
  }

  @Test
  void aClockThatGoesBack_neitherKeepsNorBreaksASession() {
    ProcessKey thief = scene.starts(10, "curl");
    int shard = scene.model(GIB);
    scene.reads(thief, shard, MIB);
    scene.passes(Duration.ofSeconds(10));
    scene.now -= Duration.ofDays(2).toNanos();
    scene.tracker.tick(scene.now);
    scene.reads(thief, shard, MIB);
    scene.sends(thief, MIB);
    scene.passes(Duration.ofSeconds(32));

    assertThat(scene.sink.spansOf(SessionFacts.class)).hasSize(1);
    assertThat(scene.sink.spans)
        .allSatisfy(
            span -> {
              assertThat(span.endEpochNanos()).isGreaterThanOrEqualTo(span.startEpochNanos());
            });
    assertThat(scene.sink.lastFacts(FileAccessFacts.class).totalReadBytes()).isEqualTo(2 * MIB);
    assertThat(scene.sink.lastFacts(EgressFacts.class).holding().ageSeconds()).isZero();
  }

  @Test
  void close_flushesWhatIsOpen() {
    ProcessKey thief = scene.starts(10, "curl");
    scene.reads(thief, scene.model(GIB), MIB);
    scene.tracker.close();

    assertThat(scene.sink.spans).hasSize(2);
  }

  @Test
  void totals_slideOverADay() {
    ProcessKey reader = scene.starts(10, "cat");
    int shard = scene.model(GIB);
    scene.reads(reader, shard, 100 * MIB);
    scene.passes(Duration.ofHours(12));
    scene.reads(reader, shard, 10 * MIB);
    scene.passes(Duration.ofHours(11));
    scene.reads(reader, shard, MIB);
    scene.passes(Duration.ofHours(3));
    scene.reads(reader, shard, MIB);
    scene.passes(Duration.ofHours(30));
    scene.reads(reader, shard, MIB);
    scene.passes(Duration.ofMinutes(1));

    assertThat(scene.sink.facts(FileAccessFacts.class))
        .extracting(FileAccessFacts::totalReadBytes)
        .as("the first was loading, the rest is serving")
        .containsExactly(100 * MIB, 10 * MIB, 11 * MIB, 12 * MIB, MIB);
  }
}
