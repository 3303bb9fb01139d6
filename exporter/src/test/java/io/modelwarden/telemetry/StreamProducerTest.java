// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.modelwarden.event.Flow.Role;
import io.modelwarden.event.Flow.Transport;
import io.modelwarden.session.Measurement.FileMapped;
import io.modelwarden.session.Measurement.FileSize;
import io.modelwarden.session.Measurement.MappingSize;
import io.modelwarden.session.Measurement.MemoryRead;
import io.modelwarden.session.Measurement.ModelSize;
import io.modelwarden.session.Measurement.NetworkIo;
import io.modelwarden.session.Measurement.ReadCoverage;
import io.modelwarden.session.PeerScope;
import io.modelwarden.session.Phase;
import io.modelwarden.session.ProcessOrigin;
import io.modelwarden.workload.Workload;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class StreamProducerTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Resource AGENT = Resource.empty();

  private final SelfMetrics self = new SelfMetrics();
  private final Resources resources = new Resources(Story.HOST, "0.1");
  private long now = Story.EPOCH_NANOS + 30 * SECOND;
  private MetricStreams streams =
      new MetricStreams(1000, model -> false, LongUnaryOperator.identity());

  @Test
  void newSeries_hasZeroAtFirstTouchAndValue() {
    read("/m/a", 700, Story.EPOCH_NANOS);
    read("/m/a", 300, Story.EPOCH_NANOS + SECOND);

    List<LongPointData> points = points("modelwarden.file.io", collect());
    assertThat(points).extracting(LongPointData::getValue).containsExactly(0L, 1000L);
    assertThat(points).extracting(PointData::getEpochNanos).containsExactly(Story.EPOCH_NANOS, now);
    assertThat(points).extracting(PointData::getStartEpochNanos).containsOnly(Story.EPOCH_NANOS);
    assertThat(points("modelwarden.file.operations", collect()))
        .extracting(LongPointData::getValue)
        .containsExactly(0L, 2L);
  }

  @Test
  void zeroPoint_isRepeatedUntilDelivered() {
    read("/m/a", 700, Story.EPOCH_NANOS);
    collect();
    now += 30 * SECOND;
    List<MetricData> second = collect();
    assertThat(points("modelwarden.file.io", second)).hasSize(2);

    deliver(second);
    now += 30 * SECOND;
    assertThat(points("modelwarden.file.io", collect()))
        .singleElement()
        .satisfies(point -> assertThat(point.getValue()).isEqualTo(700));
  }

  @Test
  void zeroPointOfLongOutage_isNoOlderThanABackEndTakes() {
    read("/m/a", 700, Story.EPOCH_NANOS);
    now = Story.EPOCH_NANOS + TimeUnit.HOURS.toNanos(5);
    LongPointData zero = points("modelwarden.file.io", collect()).get(0);
    assertThat(zero.getValue()).isZero();
    assertThat(zero.getStartEpochNanos()).isEqualTo(Story.EPOCH_NANOS);
    assertThat(zero.getEpochNanos()).isEqualTo(now - TimeUnit.MINUTES.toNanos(30));
  }

  @Test
  void gauges_haveOnePointAndNewestValue() {
    streams.measure(new FileSize(Story.SERVER, Story.EPOCH_NANOS, "/m/a", "llama", 10));
    streams.measure(new FileSize(Story.SERVER, Story.EPOCH_NANOS, "/m/a", "llama", 20));
    MetricData size = metric("modelwarden.file.size", collect());
    assertThat(size.getType()).isEqualTo(MetricDataType.LONG_GAUGE);
    assertThat(size.getLongGaugeData().getPoints())
        .extracting(LongPointData::getValue)
        .containsExactly(20L);
  }

  /** Prometheus would take it for a moment at which they were 0. */
  @Test
  void gauges_tellNoStart() {
    streams.measure(new FileSize(Story.SERVER, Story.EPOCH_NANOS, "/m/a", "llama", 10));
    self.observe(MetricNames.AGENT_RING_USAGE, () -> 1);
    List<MetricData> gauges =
        collect().stream().filter(each -> each.getType().name().endsWith("_GAUGE")).toList();
    assertThat(gauges).hasSize(2);
    assertThat(gauges)
        .flatMap(each -> each.getData().getPoints())
        .extracting(PointData::getStartEpochNanos)
        .containsOnly(0L);
  }

  /** What was not reached is not told: all but a byte of a large model is less than one. */
  @Test
  void coverage_isAShare_neverRoundedUp() {
    for (double share : new double[] {1, 0.25, 13_999_999_999.0 / 14_000_000_000.0}) {
      streams.measure(
          new ReadCoverage(
              Story.SERVER, Story.EPOCH_NANOS, "llama", ProcessOrigin.EXEC, Phase.SERVING, share));
      assertThat(metric("modelwarden.file.read.coverage", collect()).getDoubleGaugeData())
          .extracting(data -> data.getPoints().iterator().next().getValue())
          .satisfies(told -> assertThat((double) told).isLessThanOrEqualTo(share))
          .satisfies(told -> assertThat((double) told).isCloseTo(share, within(1e-9)));
    }
  }

  @Test
  void everyMeasurement_hasExactlyTheAttributesOfItsMetric() {
    long at = Story.EPOCH_NANOS;
    Workload server = Story.SERVER;
    read("/m/a", 1, at);
    streams.measure(
        new FileMapped(
            server, at, "/m/a", "l", "python3", ProcessOrigin.ENTRYPOINT, Phase.LOADING, 5));
    streams.measure(
        new MappingSize(
            server, at, "/m/a", "l", "python3", ProcessOrigin.ENTRYPOINT, Phase.LOADING, 5));
    streams.measure(
        new ReadCoverage(server, at, "l", ProcessOrigin.ENTRYPOINT, Phase.LOADING, 0.5));
    streams.measure(new FileSize(server, at, "/m/a", "l", 5));
    streams.measure(new ModelSize(server, at, "l", "gguf", 5));
    streams.measure(
        new NetworkIo(
            server, at, Transport.TCP, true, Role.INITIATED, PeerScope.PUBLIC, "l", "curl", 5));
    streams.measure(
        new MemoryRead(server, at, "ptrace", "gdb", ProcessOrigin.HOST, true, true, "l", 5, 1));

    List<MetricData> metrics = collect();
    assertThat(metrics).hasSize(streams.families().size());
    for (StreamFamily family : streams.families()) {
      MetricSpec spec = family.metric();
      MetricData metric = metric(spec.name(), metrics);
      Set<AttributeKey<?>> keys = new HashSet<>();
      metric.getData().getPoints().forEach(p -> keys.addAll(p.getAttributes().asMap().keySet()));
      assertThat(keys).as(spec.name()).containsExactlyInAnyOrderElementsOf(spec.attributes());
      assertThat(metric.getUnit()).isEqualTo(spec.unit());
    }
  }

  @Test
  void sums_areCumulativeAndOnlyMappingSizeMayFall() {
    read("/m/a", 1, Story.EPOCH_NANOS);
    streams.measure(
        new MappingSize(
            Story.SERVER,
            Story.EPOCH_NANOS,
            "/m/a",
            "l",
            "python3",
            ProcessOrigin.ENTRYPOINT,
            Phase.LOADING,
            5));
    MetricData io = metric("modelwarden.file.io", collect());
    MetricData mapping = metric("modelwarden.file.mapping.size", collect());
    assertThat(io.getLongSumData().isMonotonic()).isTrue();
    assertThat(mapping.getLongSumData().isMonotonic()).isFalse();
    assertThat(io.getLongSumData().getAggregationTemporality())
        .isEqualTo(AggregationTemporality.CUMULATIVE);
  }

  @Test
  void workloads_keepOneResourceAndScopeInstance() {
    read("/m/a", 1, Story.EPOCH_NANOS);
    streams.measure(Story.read(Story.THIEF, "/m/a", 5, Story.EPOCH_NANOS));
    List<MetricData> first = collect();
    List<MetricData> second = collect();
    assertThat(first).hasSize(4);
    assertThat(first).extracting(MetricData::getResource).doesNotContain(AGENT);
    for (MetricData metric : first) {
      assertThat(second)
          .filteredOn(other -> other.getResource() == metric.getResource())
          .hasSize(2);
      assertThat(metric.getInstrumentationScopeInfo()).isSameAs(resources.scope());
    }
  }

  /** As measured without metrics.file-paths. */
  @Test
  void filesWithoutPath_areOneCounterThatOnlyGrows() {
    read("", 700, Story.EPOCH_NANOS);
    read("", 300, Story.EPOCH_NANOS + SECOND);
    List<MetricData> first = collect();
    deliver(first);
    read("", 50, now);
    now += 30 * SECOND;

    List<LongPointData> points = points("modelwarden.file.io", first);
    assertThat(points).extracting(LongPointData::getValue).containsExactly(0L, 1000L);
    assertThat(points).noneMatch(p -> p.getAttributes().get(AttributeNames.FILE_PATH) != null);
    assertThat(points("modelwarden.file.io", collect()))
        .extracting(LongPointData::getValue)
        .containsExactly(1050L);
  }

  /** Of a configured model, where there are too many executables. */
  @Test
  void filesWithoutPath_haveNoneBeyondTheLimitEither() {
    streams = new MetricStreams(1, Story.LLAMA.name()::equals, LongUnaryOperator.identity());
    for (int i = 0; i < 5; i++) {
      streams.measure(
          new FileMapped(
              Story.SERVER,
              Story.EPOCH_NANOS,
              "",
              Story.LLAMA.name(),
              "python" + i,
              ProcessOrigin.ENTRYPOINT,
              Phase.LOADING,
              5));
    }
    List<LongPointData> points = points("modelwarden.file.mapped", collect());
    assertThat(points.stream().mapToLong(LongPointData::getValue).sum()).isEqualTo(25);
    assertThat(points).extracting(LongPointData::getValue).contains(15L);
    assertThat(points).noneMatch(p -> p.getAttributes().get(AttributeNames.FILE_PATH) != null);
  }

  @Test
  void beyondLimit_oneOverflowPointPerMetricOnTheAgentsResource() {
    streams = new MetricStreams(2, model -> false, LongUnaryOperator.identity());
    for (int file = 0; file < 10; file++) {
      read("/m/" + file, 100, Story.EPOCH_NANOS);
    }
    List<MetricData> metrics = collect();
    MetricData overflow =
        metrics.stream()
            .filter(m -> m.getName().equals("modelwarden.file.io") && m.getResource() == AGENT)
            .findFirst()
            .orElseThrow();
    assertThat(overflow.getLongSumData().getPoints())
        .allSatisfy(
            point ->
                assertThat(point.getAttributes().asMap())
                    .containsOnlyKeys(AttributeKey.booleanKey("otel.metric.overflow")))
        .extracting(LongPointData::getValue)
        .containsExactly(0L, 800L);
    assertThat(points("modelwarden.file.io", metrics)).hasSize(2 * 2 + 2);
    assertThat(streams.families().get(0).overflowed()).isEqualTo(8);
    assertThat(streams.families().get(0).size()).isEqualTo(2);
  }

  @Test
  void configuredModel_neverOverflowsAndStaysBounded() {
    streams = new MetricStreams(4, Story.LLAMA.name()::equals, LongUnaryOperator.identity());
    for (int file = 0; file < 1000; file++) {
      read("/m/" + file, 100, Story.EPOCH_NANOS);
    }
    List<LongPointData> points = points("modelwarden.file.io", collect());
    assertThat(points).extracting(LongPointData::getValue).contains(99_200L);
    assertThat(points.stream().mapToLong(LongPointData::getValue).sum()).isEqualTo(100_000);
    assertThat(points).allMatch(p -> p.getAttributes().get(AttributeNames.MODEL_NAME) != null);
    assertThat(streams.families().get(0).size()).isEqualTo(9);
    assertThat(streams.families().get(0).overflowed()).isZero();
  }

  @Test
  void endedWorkload_isExportedOnceMoreAndRebornAtZero() {
    read("/m/a", 700, Story.EPOCH_NANOS);
    deliver(collect());
    read("/m/a", 50, now);
    streams.endWorkload(Story.SERVER);

    now += 30 * SECOND;
    List<MetricData> last = collect();
    assertThat(points("modelwarden.file.io", last))
        .extracting(LongPointData::getValue)
        .containsExactly(750L);
    deliver(last);
    long lastPoint = now;
    now += 30 * SECOND;
    assertThat(collect()).isEmpty();

    // Touched, as the kernel tells it, before the last point was made.
    read("/m/a", 9, lastPoint - SECOND);
    now += 30 * SECOND;
    List<LongPointData> reborn = points("modelwarden.file.io", collect());
    assertThat(reborn).extracting(LongPointData::getValue).containsExactly(0L, 9L);
    assertThat(reborn.get(0).getStartEpochNanos()).isGreaterThan(lastPoint);
  }

  @Test
  void endedWorkload_isKeptWhileItsLastExportFails() {
    read("/m/a", 700, Story.EPOCH_NANOS);
    streams.endWorkload(Story.SERVER);
    collect();
    now += 30 * SECOND;
    assertThat(points("modelwarden.file.io", collect())).hasSize(2);
  }

  @Test
  void endedWorkload_goesOnIfTouchedAgain() {
    read("/m/a", 700, Story.EPOCH_NANOS);
    streams.endWorkload(Story.SERVER);
    List<MetricData> inFlight = collect();
    read("/m/a", 50, now);
    deliver(inFlight);
    now += 30 * SECOND;
    assertThat(points("modelwarden.file.io", collect()))
        .extracting(LongPointData::getValue)
        .containsExactly(750L);
  }

  @Test
  void endedWorkload_isNotClosedByAnExportThatWasUnderWay() {
    read("/m/a", 700, Story.EPOCH_NANOS);
    List<MetricData> before = collect();
    read("/m/a", 50, now);
    streams.endWorkload(Story.SERVER);
    deliver(before);
    assertValueAfterAll(750);

    List<MetricData> between = collect();
    read("/m/a", 1, now);
    streams.endWorkload(Story.SERVER);
    deliver(between);
    assertValueAfterAll(751);
  }

  @Test
  void closedSeries_takesNothingMore() {
    Stream stream =
        new Stream(Attributes.empty(), MetricSpec.Instrument.COUNTER, Story.EPOCH_NANOS);
    assertThat(stream.add(5, Story.EPOCH_NANOS)).isTrue();
    stream.end();
    stream.points(now, new ArrayList<>());
    stream.delivered();
    assertThat(stream.add(5, now)).isFalse();
    assertThat(stream.value()).isEqualTo(5);
  }

  @Test
  void atLimit_longIdleSeriesMakesRoom() {
    streams = new MetricStreams(1, model -> false, LongUnaryOperator.identity());
    read("/m/old", 700, Story.EPOCH_NANOS);
    deliver(collect());
    long later = Story.EPOCH_NANOS + TimeUnit.HOURS.toNanos(27);
    read("/m/new", 5, later);
    now = later + SECOND;
    List<LongPointData> points = points("modelwarden.file.io", collect());
    assertThat(points).extracting(LongPointData::getValue).containsExactly(0L, 5L);
    assertThat(points.get(0).getAttributes().get(AttributeNames.FILE_PATH)).isEqualTo("/m/new");
    assertThat(streams.families().get(0).overflowed()).isZero();
  }

  @Test
  void negativeMeasurement_countsAsZeroAndIsTold() {
    read("/m/a", -5, Story.EPOCH_NANOS);
    assertThat(points("modelwarden.file.io", collect()))
        .extracting(LongPointData::getValue)
        .containsExactly(0L, 0L);
    assertThat(streams.clamped()).isEqualTo(1);
  }

  @Test
  void measuringWhileCollectingAndEnding_losesNothing() throws InterruptedException {
    int rounds = 200_000;
    Thread measuring =
        new Thread(
            () -> {
              for (int i = 0; i < rounds; i++) {
                read("/m/" + i % 50, 1, Story.EPOCH_NANOS + i);
              }
            });
    // What ended series had counted, by their identity: start and path.
    Map<String, Long> totals = new HashMap<>();
    measuring.start();
    do {
      now += SECOND;
      streams.endWorkload(Story.SERVER);
      List<MetricData> metrics = collect();
      points("modelwarden.file.io", metrics)
          .forEach(p -> totals.merge(identity(p), p.getValue(), Math::max));
      deliver(metrics);
    } while (measuring.isAlive());
    measuring.join();
    now += SECOND;
    points("modelwarden.file.io", collect())
        .forEach(p -> totals.merge(identity(p), p.getValue(), Math::max));
    assertThat(totals.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(rounds);
  }

  private void assertValueAfterAll(long value) {
    now += 30 * SECOND;
    assertThat(points("modelwarden.file.io", collect()))
        .extracting(LongPointData::getValue)
        .containsExactly(value);
  }

  private static String identity(LongPointData point) {
    return point.getStartEpochNanos() + point.getAttributes().get(AttributeNames.FILE_PATH);
  }

  private void read(String path, long bytes, long epochNanos) {
    streams.measure(Story.read(Story.SERVER, path, bytes, epochNanos));
  }

  private List<MetricData> collect() {
    return new ArrayList<>(new StreamProducer(streams, self, resources, () -> now).produce(AGENT));
  }

  private static void deliver(Collection<MetricData> metrics) {
    metrics.forEach(metric -> ((ProducedMetric) metric).delivered().run());
  }

  private static MetricData metric(String name, List<MetricData> metrics) {
    return metrics.stream().filter(m -> m.getName().equals(name)).findFirst().orElseThrow();
  }

  private static List<LongPointData> points(String name, List<MetricData> metrics) {
    return metrics.stream()
        .filter(m -> m.getName().equals(name))
        .flatMap(m -> m.getLongSumData().getPoints().stream())
        .toList();
  }
}
