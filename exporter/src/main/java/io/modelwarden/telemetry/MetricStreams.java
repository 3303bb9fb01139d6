// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.session.Measurement;
import io.modelwarden.session.Measurement.FileIo;
import io.modelwarden.session.Measurement.FileMapped;
import io.modelwarden.session.Measurement.FileSize;
import io.modelwarden.session.Measurement.FileTouched;
import io.modelwarden.session.Measurement.MappingSize;
import io.modelwarden.session.Measurement.MemoryRead;
import io.modelwarden.session.Measurement.ModelSize;
import io.modelwarden.session.Measurement.NetworkIo;
import io.modelwarden.session.Measurement.ReadCoverage;
import io.modelwarden.session.Phase;
import io.modelwarden.session.ProcessOrigin;
import io.modelwarden.telemetry.SeriesKey.CoverageSeries;
import io.modelwarden.telemetry.SeriesKey.FileSeries;
import io.modelwarden.telemetry.SeriesKey.FileSizeSeries;
import io.modelwarden.telemetry.SeriesKey.MemorySeries;
import io.modelwarden.telemetry.SeriesKey.ModelSizeSeries;
import io.modelwarden.telemetry.SeriesKey.NetworkSeries;
import io.modelwarden.workload.Workload;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;

/** The workloads' cumulative metrics. Measured on one thread, collected on another. */
final class MetricStreams {

  private final LongUnaryOperator exportTime;
  private final StreamFamily fileIo;
  private final StreamFamily fileOperations;
  private final StreamFamily fileMapped;
  private final StreamFamily mappingSize;
  private final StreamFamily readCoverage;
  private final StreamFamily fileSize;
  private final StreamFamily modelSize;
  private final StreamFamily networkIo;
  private final StreamFamily memoryRead;
  private final StreamFamily memoryOperations;
  private final AtomicLong clamped = new AtomicLong();

  /**
   * @param limit series per metric
   * @param configuredModel whether a model was named by the user: its series never overflow
   * @param exportTime from an event's time to that of exports
   */
  MetricStreams(int limit, Predicate<String> configuredModel, LongUnaryOperator exportTime) {
    this.exportTime = exportTime;
    fileIo = new StreamFamily(MetricNames.FILE_IO, limit, configuredModel);
    fileOperations = new StreamFamily(MetricNames.FILE_OPERATIONS, limit, configuredModel);
    fileMapped = new StreamFamily(MetricNames.FILE_MAPPED, limit, configuredModel);
    mappingSize = new StreamFamily(MetricNames.FILE_MAPPING_SIZE, limit, configuredModel);
    readCoverage = new StreamFamily(MetricNames.FILE_READ_COVERAGE, limit, configuredModel);
    fileSize = new StreamFamily(MetricNames.FILE_SIZE, limit, configuredModel);
    modelSize = new StreamFamily(MetricNames.MODEL_SIZE, limit, configuredModel);
    networkIo = new StreamFamily(MetricNames.NETWORK_IO, limit, configuredModel);
    memoryRead = new StreamFamily(MetricNames.MEMORY_READ, limit, configuredModel);
    memoryOperations = new StreamFamily(MetricNames.MEMORY_OPERATIONS, limit, configuredModel);
  }

  List<StreamFamily> families() {
    return List.of(
        fileIo,
        fileOperations,
        fileMapped,
        mappingSize,
        readCoverage,
        fileSize,
        modelSize,
        networkIo,
        memoryRead,
        memoryOperations);
  }

  /** Number of negative values that were taken as 0. */
  long clamped() {
    return clamped.get();
  }

  void measure(Measurement measurement) {
    long epochNanos = exportTime.applyAsLong(measurement.epochNanos());
    if (measurement instanceof FileIo io) {
      SeriesKey key = keyOf(io);
      fileIo.add(key, notNegative(io.bytes()), epochNanos);
      fileOperations.add(key, notNegative(io.operations()), epochNanos);
    } else if (measurement instanceof FileTouched it) {
      fileIo.add(keyOf(it), notNegative(it.bytes()), epochNanos);
    } else if (measurement instanceof NetworkIo io) {
      networkIo.add(keyOf(io), notNegative(io.bytes()), epochNanos);
    } else if (measurement instanceof MemoryRead read) {
      SeriesKey key = keyOf(read);
      memoryRead.add(key, notNegative(read.bytes()), epochNanos);
      memoryOperations.add(key, notNegative(read.operations()), epochNanos);
    } else {
      measureSize(measurement, epochNanos);
    }
  }

  /** What nobody has received yet of one workload becomes another's. */
  void move(Workload before, Workload after) {
    families().forEach(family -> family.move(before, after));
  }

  void endWorkload(Workload workload) {
    families().forEach(family -> family.endWorkload(workload));
  }

  private void measureSize(Measurement measurement, long epochNanos) {
    if (measurement instanceof FileMapped it) {
      SeriesKey key =
          mapping(it.workload(), it.path(), it.model(), it.executable(), it.origin(), it.phase());
      fileMapped.add(key, notNegative(it.bytes()), epochNanos);
    } else if (measurement instanceof MappingSize it) {
      SeriesKey key =
          mapping(it.workload(), it.path(), it.model(), it.executable(), it.origin(), it.phase());
      mappingSize.set(key, notNegative(it.bytes()), epochNanos);
    } else if (measurement instanceof ReadCoverage it) {
      SeriesKey key = new CoverageSeries(it.workload(), it.model(), it.origin(), it.phase());
      readCoverage.set(key, MetricSpec.inParts(it.share()), epochNanos);
    } else if (measurement instanceof FileSize it) {
      SeriesKey key = new FileSizeSeries(it.workload(), it.path(), it.model());
      fileSize.set(key, notNegative(it.bytes()), epochNanos);
    } else if (measurement instanceof ModelSize it) {
      SeriesKey key = new ModelSizeSeries(it.workload(), it.model(), it.format());
      modelSize.set(key, notNegative(it.bytes()), epochNanos);
    }
  }

  private long notNegative(long value) {
    if (value >= 0) {
      return value;
    }
    clamped.incrementAndGet();
    return 0;
  }

  private static SeriesKey keyOf(FileIo io) {
    return new FileSeries(
        io.workload(),
        io.path(),
        io.model(),
        io.direction(),
        io.executable(),
        io.origin(),
        io.phase(),
        io.method());
  }

  private static SeriesKey keyOf(FileTouched touched) {
    return new FileSeries(
        touched.workload(),
        touched.path(),
        touched.model(),
        Direction.READ,
        touched.executable(),
        touched.origin(),
        touched.phase(),
        FileTouched.METHOD);
  }

  private static SeriesKey mapping(
      Workload workload,
      String path,
      String model,
      String executable,
      ProcessOrigin origin,
      Phase phase) {
    return new FileSeries(workload, path, model, null, executable, origin, phase, null);
  }

  private static SeriesKey keyOf(NetworkIo io) {
    return new NetworkSeries(
        io.workload(),
        io.transport(),
        io.ipv6(),
        io.role(),
        io.scope(),
        io.model(),
        io.executable());
  }

  private static SeriesKey keyOf(MemoryRead read) {
    return new MemorySeries(
        read.workload(),
        read.method(),
        read.executable(),
        read.origin(),
        read.targetHoldsModel(),
        read.sameContainer(),
        read.model());
  }
}
