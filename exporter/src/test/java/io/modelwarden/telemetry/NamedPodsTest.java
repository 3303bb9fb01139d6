// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.session.Evidence.Action;
import io.modelwarden.session.Measurement.MappingSize;
import io.modelwarden.session.Phase;
import io.modelwarden.session.ProcessOrigin;
import io.modelwarden.workload.PodContainer;
import io.modelwarden.workload.PodNames;
import io.modelwarden.workload.Workload;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** Streams and resources of pods whose names come early, late or not. */
class NamedPodsTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final String POD = "8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f";
  private static final Workload AWAITED = unnamed("111111111111", true);
  private static final Workload UNNAMED = unnamed("111111111111", false);
  private static final Workload SERVER = named("server", false);

  private final Resources resources = new Resources(Story.HOST.in("prod"), "0.1");
  private final MetricStreams streams =
      new MetricStreams(1000, model -> false, LongUnaryOperator.identity());
  private final StreamProducer producer =
      new StreamProducer(streams, new SelfMetrics(), resources, () -> this.now);
  private long now = Story.EPOCH_NANOS + 30 * SECOND;

  @Test
  void resourceOfAPod_asSemanticConventionsName() {
    assertThat(attributes(SERVER))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("host.id", "4c4c4544"),
                Map.entry("host.name", "gpu-7"),
                Map.entry("k8s.cluster.name", "prod"),
                Map.entry("k8s.cluster.uid", "c1"),
                Map.entry("k8s.namespace.name", "models"),
                Map.entry("k8s.pod.name", "llm-7d9c-x2x4z"),
                Map.entry("k8s.pod.uid", POD),
                Map.entry("k8s.container.name", "server"),
                Map.entry("k8s.replicaset.name", "llm-7d9c"),
                Map.entry("k8s.deployment.name", "llm"),
                Map.entry("k8s.pod.label.team", "ml"),
                Map.entry("k8s.pod.annotation.example.com/tier", "gold"),
                Map.entry("container.image.name", "registry:5000/org/llm"),
                Map.entry("modelwarden.workload.kind", "deployment"),
                Map.entry("modelwarden.workload.name", "llm"),
                Map.entry("service.name", "llm"),
                Map.entry("service.namespace", "models"),
                Map.entry("service.version", "1.2"),
                Map.entry("service.instance.id", "models.llm-7d9c-x2x4z.server")));
  }

  @Test
  void resourceWithoutNames_hasTheUidAndTheShortId() {
    assertThat(attributes(UNNAMED))
        .containsEntry("k8s.pod.uid", POD)
        .containsEntry("modelwarden.workload.kind", "container")
        .containsEntry("modelwarden.workload.name", "111111111111")
        .containsEntry("service.name", "container")
        .containsEntry("service.instance.id", "4c4c4544/111111111111")
        .doesNotContainKeys("k8s.pod.name", "container.id");
  }

  @Test
  void whileNamesAreAwaited_nothingIsExported() {
    read(AWAITED, 700);
    assertThat(collect()).isEmpty();
    producer.endWaiting(); // the agent ends
    assertThat(collect()).containsExactly("111111111111 0", "111111111111 700");
  }

  @Test
  void namesInTime_takeWhatWasCounted() {
    read(SERVER, 1000); // the container before its restart
    assertThat(collect()).containsExactly("llm 0", "llm 1000");
    read(AWAITED, 700);
    streams.move(AWAITED, SERVER);
    read(SERVER, 5);
    assertThat(collect()).containsExactly("llm 1705");
  }

  @Test
  void namesInTime_ofANewContainer_beginAtZero() {
    read(AWAITED, 700);
    streams.move(AWAITED, SERVER);
    assertThat(collect()).containsExactly("llm 0", "llm 700");
  }

  /** An outage of the API with late names: nothing merges, nothing counts twice. */
  @Test
  void lateNames_endTheOldSeriesAndBeginAnotherAtZero() {
    read(AWAITED, 700);
    streams.move(AWAITED, UNNAMED);
    assertThat(collect()).containsExactly("111111111111 0", "111111111111 700");
    streams.endWorkload(UNNAMED);
    read(SERVER, 50);
    assertThat(collect()).containsExactly("111111111111 700", "llm 0", "llm 50");
    read(SERVER, 1);
    assertThat(collect()).containsExactly("llm 51");
  }

  /** CrashLoop: six runs of a container, each with names that come after its first reads. */
  @Test
  void restartsOfAContainer_areOneSeriesThatGoesOn() {
    read(SERVER, 100);
    assertThat(collect()).containsExactly("llm 0", "llm 100");
    for (int run = 1; run <= 5; run++) {
      Workload awaited = unnamed(String.valueOf(run).repeat(12), true);
      read(awaited, 100);
      streams.move(awaited, SERVER);
      assertThat(collect()).containsExactly("llm " + 100 * (run + 1));
    }
  }

  @Test
  void deletedPod_isExportedOnceMoreAtItsLastValue_thenEnds() {
    read(SERVER, 100);
    collect();
    read(SERVER, 7);
    streams.endWorkload(SERVER);
    assertThat(collect()).containsExactly("llm 107");
    assertThat(collect()).isEmpty();
    assertThat(collect()).isEmpty();
  }

  /** The session has told the new sum already. */
  @Test
  void sumsOverProcesses_areNotMoved() {
    mapped(AWAITED, 0);
    mapped(SERVER, 900);
    streams.move(AWAITED, SERVER);
    assertThat(values("modelwarden.file.mapping.size")).containsExactly("llm 900");
  }

  @Test
  void debugContainer_isEphemeralFromItsFirstByteOn() {
    read(AWAITED, 700);
    streams.move(AWAITED, named("debugger", true));
    List<String> origins = new ArrayList<>();
    streams
        .families()
        .get(0)
        .forEach(
            (key, stream) -> origins.add(stream.attributes().get(AttributeNames.PROCESS_ORIGIN)));
    assertThat(origins).containsExactly("ephemeral");
  }

  @Test
  void evidence_waitsForNamesAndGetsThem() {
    AwaitedEvidence awaited = new AwaitedEvidence();
    var read = Story.evidence(Story.file(Action.READ)).of(AWAITED);
    assertThat(awaited.named(read)).isNull();
    assertThat(awaited.take(AWAITED, SERVER)).containsExactly(read.of(SERVER));
    assertThat(awaited.take(AWAITED, SERVER)).isEmpty();
    assertThat(awaited.named(read)).isEqualTo(read.of(SERVER)); // of a process that has ended
  }

  @Test
  void evidenceOfAPodThatIsGone_doesNotWait() {
    AwaitedEvidence awaited = new AwaitedEvidence();
    var read = Story.evidence(Story.file(Action.READ)).of(AWAITED);
    awaited.take(AWAITED, SERVER);
    awaited.end(SERVER);
    assertThat(awaited.named(read)).isEqualTo(read);
  }

  /** OTLP groups by identity. */
  @Test
  void resourceOfADeletedPod_isTheSameAsLongAsItHasSeries() {
    Resource before = resources.of(SERVER);
    read(SERVER, 100);
    streams.endWorkload(SERVER);
    resources.end(SERVER);
    collect();
    assertThat(resources.of(SERVER)).isSameAs(before);
    collect();
    assertThat(resources.of(SERVER)).isNotSameAs(before).isEqualTo(before);
  }

  @Test
  void floodOfEvidence_doesNotWait() {
    AwaitedEvidence awaited = new AwaitedEvidence();
    var read = Story.evidence(Story.file(Action.READ)).of(AWAITED);
    int held = 0;
    while (awaited.named(read) == null) {
      held++;
    }
    assertThat(held).isEqualTo(1024);
    assertThat(awaited.takeAll()).hasSize(held);
  }

  /** Three readers of the same name on three nodes are three resources. */
  @Test
  void hostReadersOnThreeNodes_doNotMerge() {
    Set<Resource> readers = new HashSet<>();
    Set<String> instances = new HashSet<>();
    for (String node : List.of("a", "b", "c")) {
      Resource reader =
          new Resources(new HostIdentity("id-" + node, "host", "node-" + node, "prod"), "0.1")
              .of(new Workload("executable", "cat"));
      readers.add(reader);
      instances.add(reader.getAttribute(AttributeNames.SERVICE_INSTANCE_ID));
    }
    assertThat(readers).hasSize(3);
    assertThat(instances).hasSize(3);
  }

  private Map<String, String> attributes(Workload workload) {
    Map<String, String> attributes = new java.util.HashMap<>();
    resources
        .of(workload)
        .getAttributes()
        .forEach((key, value) -> attributes.put(key.getKey(), value.toString()));
    return attributes;
  }

  private void read(Workload workload, long bytes) {
    streams.measure(Story.read(workload, "/m/a", bytes, now - SECOND));
  }

  private void mapped(Workload workload, long bytes) {
    streams.measure(
        new MappingSize(
            workload, now, "/m/a", "l", "python3", ProcessOrigin.ENTRYPOINT, Phase.LOADING, bytes));
  }

  private List<String> collect() {
    return values("modelwarden.file.io");
  }

  /** Workload and value of each point of one export that arrives, in order. */
  private List<String> values(String metric) {
    now += 30 * SECOND;
    List<String> values = new ArrayList<>();
    for (MetricData data : producer.produce(Resource.empty())) {
      if (data.getName().equals(metric)) {
        String name = data.getResource().getAttribute(AttributeNames.WORKLOAD_NAME);
        for (var point : data.getData().getPoints()) {
          values.add(name + " " + ((LongPointData) point).getValue());
        }
      }
      ((ProducedMetric) data).delivered().run();
    }
    return values.stream().sorted().toList();
  }

  private static Workload unnamed(String id, boolean awaited) {
    return new Workload("container", id, new PodContainer(POD, id, awaited, null));
  }

  private static Workload named(String container, boolean ephemeral) {
    PodNames names =
        new PodNames(
            "c1",
            "models",
            "llm-7d9c-x2x4z",
            POD,
            container,
            ephemeral,
            false,
            "registry:5000/org/llm:1.2",
            List.of(
                new PodNames.Owner("ReplicaSet", "llm-7d9c"),
                new PodNames.Owner("Deployment", "llm")),
            Map.of("team", "ml"),
            Map.of("example.com/tier", "gold"),
            new PodNames.Service("llm", "models", "1.2", "models.llm-7d9c-x2x4z." + container));
    return new Workload("deployment", "llm", new PodContainer(POD, "", false, names));
  }
}
