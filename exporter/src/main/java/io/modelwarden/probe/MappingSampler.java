// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.event.Coverage;
import io.modelwarden.event.EventSink;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.libbpf.BpfMap;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Mappings: distinct ranges as the calls come, and the live union by looking at the address space,
 * because calls that unmap, move and fork leave what no sum of calls gives.
 */
final class MappingSampler {

  /** One whose address space has its size of before is sampled once a minute. */
  private static final int MOST_SKIPPED = 5;

  private record Mapping(ProcessKey process, int fileId) {}

  private final KernelSide kernel;
  private final Layouts layouts;
  private final int process;
  private final Field file;
  private final Field liveSample;
  private final Field liveBytes;
  private final ChangedSpaces changed;
  private final Clock clock;
  private final Names names;
  private final EventSink sink;
  private final BpfMap map;
  private final CoveredCountTable distinct;
  private final Map<Mapping, Long> live = new HashMap<>();
  private int sample;

  MappingSampler(
      KernelSide kernel, AddressSpaces spaces, Clock clock, Names names, EventSink sink) {
    this.kernel = kernel;
    this.layouts = kernel.layouts();
    this.changed = new ChangedSpaces(spaces, MOST_SKIPPED);
    this.clock = clock;
    this.names = names;
    this.sink = sink;
    this.process = layouts.mappingKey.field("process").offset();
    this.file = layouts.mappingKey.integer("file_id", 4);
    this.liveSample = layouts.mappingCount.integer("live_sample", 4);
    this.liveBytes = layouts.mappingCount.integer("live.bytes", 8);
    this.map = kernel.map("mappings");
    this.distinct =
        new CoveredCountTable(
            CountMap.of(map),
            layouts,
            layouts.mappingCount,
            Layouts.CountsLayout.of(layouts.mappingCount, "", "distinct.bytes"),
            clock);
  }

  /**
   * @param later processes whose new mappings are left for a later look
   */
  void poll(Predicate<ProcessKey> later) {
    distinct.poll(
        later, (key, increment, coverage) -> mapped(mapping(key.view(), 0), increment, coverage));
  }

  /** Each file that a living process has mapped, now or before. */
  void forEachMapping(BiConsumer<ProcessKey, Integer> consumer) {
    map.forEach(
        (keys, keyAt, values, at) -> {
          Mapping mapping = mapping(keys, keyAt);
          consumer.accept(mapping.process(), mapping.fileId());
        });
  }

  /** Files that a living process has mapped, now or before. */
  void collectFiles(Set<Integer> into) {
    map.forEach((keys, keyAt, values, at) -> into.add(mapping(keys, keyAt).fileId()));
  }

  /** Those of the given processes that have mapped a model, now or before. */
  Set<ProcessKey> mapping(Set<ProcessKey> living) {
    Set<ProcessKey> mapping = new HashSet<>();
    map.forEach((keys, keyAt, values, at) -> mapping.add(mapping(keys, keyAt).process()));
    mapping.retainAll(living);
    return mapping;
  }

  /** Every process of the machine, once, at start. */
  void sampleAll() {
    beginSample();
    kernel.program("recover_mappings").iterate(0);
    report(Set.of());
  }

  /** Those of the given processes that have mapped a model. */
  void sample(Set<ProcessKey> living) {
    Set<ProcessKey> mapping = mapping(living);
    if (mapping.isEmpty() && live.isEmpty()) {
      return;
    }
    beginSample();
    Set<ProcessKey> asBefore = new HashSet<>();
    changed.retain(mapping);
    for (ProcessKey process : mapping) {
      if (!changed.take(process) || !iterate(process)) {
        asBefore.add(process);
      }
    }
    report(asBefore);
  }

  /** Whether it was there. */
  private boolean iterate(ProcessKey process) {
    try {
      kernel.program("recover_mappings").iterate(process.pid());
      return true;
    } catch (BpfException gone) {
      return false;
    }
  }

  void forget(Set<ProcessKey> ended) {
    Set<Mapping> removed = new HashSet<>();
    map.forEach(
        (keys, keyAt, values, at) -> {
          Mapping mapping = mapping(keys, keyAt);
          if (ended.contains(mapping.process())) {
            removed.add(mapping);
          }
        });
    removed.forEach(mapping -> map.delete(keyBytes(mapping)));
    distinct.forget(ended);
    live.keySet().removeIf(mapping -> ended.contains(mapping.process()));
  }

  private void beginSample() {
    kernel.variable("mapping_sample").putInt(0, ++sample);
  }

  private void report(Set<ProcessKey> asBefore) {
    long now = clock.toEpochNanos(io.modelwarden.libbpf.Clocks.bootNanos());
    map.forEach(
        (keys, keyAt, values, at) -> {
          Mapping mapping = mapping(keys, keyAt);
          boolean fresh = liveSample.getInt(values, at) == sample;
          long bytes = fresh ? liveBytes.get(values, at) : 0;
          if (!asBefore.contains(mapping.process())) {
            changed(mapping, bytes, now);
          }
        });
  }

  private void changed(Mapping mapping, long bytes, long now) {
    Long before = live.put(mapping, bytes);
    if ((before == null ? 0 : before) == bytes) {
      return;
    }
    names.requireProcess(mapping.process());
    names.requireFile(mapping.fileId());
    sink.accept(
        new KernelEvent.MappingSampled(
            mapping.process(),
            mapping.fileId(),
            names.path(mapping.process(), mapping.fileId()),
            bytes,
            now));
  }

  private void mapped(Mapping mapping, Increment increment, Coverage coverage) {
    names.requireProcess(mapping.process());
    names.requireFile(mapping.fileId());
    sink.accept(
        new KernelEvent.FileMapped(
            mapping.process(),
            mapping.fileId(),
            names.path(mapping.process(), mapping.fileId()),
            increment,
            coverage));
  }

  private Mapping mapping(ByteBuffer keys, int at) {
    return new Mapping(layouts.processKey.read(keys, at + process), file.getInt(keys, at));
  }

  private byte[] keyBytes(Mapping mapping) {
    byte[] key = layouts.bytes(layouts.mappingKey);
    ByteBuffer view = Layouts.view(key);
    layouts.processKey.write(view, process, mapping.process());
    file.put(view, 0, mapping.fileId());
    return key;
  }
}
