// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PodWorkloadsTest {

  private static final String POD = "8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f";
  private static final String FIRST = "1".repeat(64);
  private static final String SECOND = "2".repeat(64);

  /** The API, of which the test says what it knows. */
  private final Map<String, PodNames> known = new HashMap<>();

  private final Set<String> gone = new HashSet<>();
  private final List<String> told = new ArrayList<>();
  private long nanos;

  private final PodDirectory pods =
      new PodDirectory() {
        @Override
        public @Nullable PodTraits traits(String podUid, String containerId) {
          return null;
        }

        @Override
        public long version() {
          return 0;
        }

        @Override
        public PodNames find(String podUid, String containerId) {
          return known.get(podUid + containerId);
        }

        @Override
        public boolean isGone(String podUid) {
          return gone.contains(podUid);
        }
      };

  private final PodWorkloads workloads =
      new PodWorkloads(pods, new CgroupWorkloads(), Duration.ofSeconds(5), () -> nanos);

  @Test
  void containerOfAKnownPod_hasItsNamesAtOnce() {
    known.put(POD + FIRST, names("server", "a"));
    Workload workload = resolve(FIRST);
    assertThat(workload.kind()).isEqualTo("deployment");
    assertThat(workload.name()).isEqualTo("llm");
    assertThat(workload.isAwaited()).isFalse();
    passes(60);
    assertThat(told).isEmpty();
  }

  @Test
  void namesThatComeInTime_areWaitedFor() {
    assertThat(resolve(FIRST).isAwaited()).isTrue();
    passes(4);
    known.put(POD + FIRST, names("server", "a"));
    passes(1);
    assertThat(told).containsExactly("awaited container/111111111111 -> deployment/llm server");
  }

  @Test
  void namesThatDoNotCome_areNotWaitedForLongerThanTheSetting() {
    assertThat(resolve(FIRST).container().podUid()).isEqualTo(POD);
    passes(60);
    assertThat(told).containsExactly("awaited container/111111111111 -> container/111111111111 ");
    assertThat(workloads.withoutNames()).isEqualTo(1);
    known.put(POD + FIRST, names("server", "a"));
    passes(1);
    assertThat(told).last().isEqualTo("container/111111111111  -> deployment/llm server");
    assertThat(resolve(FIRST).container().containerId()).isEmpty();
  }

  @Test
  void containerThatTheApiDoesNotTell_hasThePodsNamesAfterTheWait() {
    known.put(POD + FIRST, names("", "a"));
    assertThat(resolve(FIRST).isAwaited()).isTrue();
    passes(60);
    assertThat(told).containsExactly("awaited container/111111111111 -> deployment/llm ");
    known.remove(POD + FIRST); // the API is away again: what is known stays
    passes(60);
    assertThat(told).hasSize(1);
  }

  /** An outage of the API while two containers of one name in two pods start: none is the other. */
  @Test
  void namesAfterAnOutage_goToTheirOwnPods() {
    String other = "9e4d1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f";
    Workload first = resolve(FIRST);
    Workload second = resolveIn(other, SECOND);
    assertThat(second).isNotEqualTo(first);
    passes(6);
    assertThat(told).hasSize(2);
    known.put(POD + FIRST, names("server", "a"));
    known.put(other + SECOND, names("server", "a", other));
    passes(60);
    assertThat(told)
        .hasSize(4)
        .endsWith(
            "container/111111111111  -> deployment/llm server",
            "container/222222222222  -> deployment/llm server");
    assertThat(resolve(FIRST).container().podUid()).isEqualTo(POD);
    assertThat(resolveIn(other, SECOND).container().podUid()).isEqualTo(other);
    assertThat(resolveIn(other, SECOND)).isNotEqualTo(resolve(FIRST));
  }

  /** CrashLoop: each start is another id of the same container. */
  @Test
  void containerThatIsStartedAgain_isTheSameWorkload() {
    known.put(POD + FIRST, names("server", "a"));
    Workload first = resolve(FIRST);
    Workload second = resolve(SECOND);
    assertThat(second).isNotEqualTo(first);
    known.put(POD + SECOND, names("server", "a"));
    passes(1);
    assertThat(resolve(SECOND)).isEqualTo(first);
  }

  /** An exported resource never changes. */
  @Test
  void labelsThatChange_changeNothing() {
    known.put(POD + FIRST, names("server", "a"));
    known.put(POD + SECOND, names("server", "b"));
    assertThat(resolve(SECOND)).isEqualTo(resolve(FIRST));
  }

  @Test
  void containersOfOnePod_areWorkloadsOfTheirOwn() {
    known.put(POD + FIRST, names("server", "a"));
    known.put(POD + SECOND, names("sidecar", "a"));
    assertThat(resolve(SECOND)).isNotEqualTo(resolve(FIRST));
  }

  @Test
  void podThatIsGone_endsOnceItsLastCountsAreRead() {
    known.put(POD + FIRST, names("server", "a"));
    resolve(FIRST);
    gone.add(POD);
    passes(9);
    assertThat(told).isEmpty();
    passes(2);
    assertThat(told).containsExactly("ended deployment/llm server");
    passes(60);
    assertThat(told).hasSize(1);
  }

  @Test
  void processOutsideOfPods_isWhatItWasBefore() {
    Workload unit =
        workloads.resolve(new ProcessPlace(1, "/system.slice/ssh.service", "/usr/sbin/sshd", ""));
    assertThat(unit).isEqualTo(new Workload("systemd_unit", "ssh.service"));
    Workload docker = workloads.resolve(new ProcessPlace(1, "/docker/" + FIRST, "/bin/cat", ""));
    assertThat(docker).isEqualTo(new Workload("container", "111111111111"));
  }

  @Test
  void floodOfContainers_isBounded() {
    for (int i = 0; i < 20_000; i++) {
      resolve("%064x".formatted(i));
    }
    passes(6);
    assertThat(told).hasSizeLessThan(10_000);
  }

  private Workload resolve(String containerId) {
    return resolveIn(POD, containerId);
  }

  private Workload resolveIn(String pod, String containerId) {
    String path = "/kubepods/burstable/pod" + pod + "/" + containerId;
    return workloads.resolve(new ProcessPlace(1, path, "/usr/bin/python3", "python3"));
  }

  private void passes(int seconds) {
    for (int i = 0; i < seconds; i++) {
      nanos += 1_000_000_000L;
      workloads.tick(
          new NameListener() {
            @Override
            public void renamed(Workload before, Workload after) {
              told.add(text(before) + " -> " + text(after));
            }

            @Override
            public void ended(Workload workload) {
              told.add("ended " + text(workload));
            }
          });
    }
  }

  private static String text(Workload workload) {
    PodNames names = workload.container().names();
    return (workload.isAwaited() ? "awaited " : "")
        + workload.kind()
        + "/"
        + workload.name()
        + (workload.isAwaited() ? "" : " " + (names == null ? "" : names.container()));
  }

  private static PodNames names(String container, String label) {
    return names(container, label, POD);
  }

  private static PodNames names(String container, String label, String pod) {
    return new PodNames(
        "",
        "models",
        "llm-7d9c-x2x4z",
        pod,
        container,
        false,
        false,
        "registry/llm:1",
        List.of(
            new PodNames.Owner("ReplicaSet", "llm-7d9c"), new PodNames.Owner("Deployment", "llm")),
        Map.of("team", label),
        Map.of(),
        new PodNames.Service("llm", "models", "1", "models.llm-7d9c-x2x4z." + container));
  }
}
