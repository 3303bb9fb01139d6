// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.event.Coverage;
import io.modelwarden.event.EventSink;
import io.modelwarden.event.Flow;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** The maps of totals: accesses to files, transfers, flows, reads of memory. */
final class Counters {

  private static final long IDLE_NANOS = 2_000_000_000L;

  /** What one call both read and wrote was read first. */
  private static final Comparator<KernelEvent.FileAccessed> IN_ORDER =
      Comparator.comparingLong(
              (KernelEvent.FileAccessed each) -> each.increment().firstEpochNanos())
          .thenComparing(KernelEvent.FileAccessed::direction);

  private final Layouts layouts;
  private final Names names;
  private final EventSink sink;
  private final FlowDecoder flowDecoder;
  private final TransferDecoder transferDecoder;
  private final CountTable transfers;
  private final CoveredCountTable accesses;
  private final CountTable flows;
  private final CountTable memoryReads;
  private final Field accessFile;
  private final Field accessMethod;
  private final Field accessDirection;
  private final Field memoryMethod;
  private final int memoryVictim;
  private final int directionRead;

  /** Pipes and sockets of which a writer is gone. */
  private final Set<Long> abandoned = new HashSet<>();

  private long tidiedNanos;

  /** Of one poll, told in the order in which they began: a copy is named after its original. */
  private final List<KernelEvent.FileAccessed> told = new ArrayList<>();

  private final Map<Integer, String> methods;
  private final Map<Integer, String> memoryMethods;

  Counters(KernelSide kernel, Clock clock, Names names, EventSink sink) {
    this.layouts = kernel.layouts();
    this.names = names;
    this.sink = sink;
    this.flowDecoder = new FlowDecoder(layouts);
    this.transferDecoder = new TransferDecoder(layouts);
    this.transfers =
        new CountTable(CountMap.of(kernel.map("transfers")), layouts, layouts.counts, clock);
    this.accesses =
        new CoveredCountTable(
            new PlacedCounts(
                kernel.map("accesses"),
                kernel.map("access_counts").sharedArray(),
                kernel.map("free_places")),
            layouts,
            layouts.accessCount,
            Layouts.CountsLayout.of(layouts.accessCount, "totals.", "totals.bytes"),
            clock);
    this.flows = new CountTable(CountMap.of(kernel.map("flows")), layouts, layouts.counts, clock);
    this.memoryReads =
        new CountTable(CountMap.of(kernel.map("memory_reads")), layouts, layouts.counts, clock);
    this.accessFile = layouts.accessKey.integer("file_id", 4);
    this.accessMethod = layouts.accessKey.integer("method", 2);
    this.accessDirection = layouts.accessKey.integer("direction", 2);
    this.memoryMethod = layouts.memoryKey.integer("method", 4);
    this.memoryVictim = layouts.memoryKey.field("victim").offset();
    this.directionRead = layouts.constant("DIRECTION_READ");
    this.methods = layouts.labels("access_method", "METHOD_");
    this.memoryMethods = layouts.labels("memory_method", "MEMORY_");
  }

  Names names() {
    return names;
  }

  /**
   * @param later processes whose new counts are left for a later look
   * @param beforeFiles runs before it is told what was read and written, if anything was
   */
  void poll(Predicate<ProcessKey> later, Runnable beforeFiles) {
    // First, so that who has written a file is known when others have read it.
    transfers.poll(later, this::moved);
    accesses.poll(later, this::accessed);
    if (!told.isEmpty()) {
      beforeFiles.run();
    }
    told.sort(IN_ORDER);
    told.forEach(sink::accept);
    told.clear();
    flows.poll(later, this::sent);
    memoryReads.poll(later, this::memoryRead);
  }

  void forget(Set<ProcessKey> ended) {
    transfers.forEachKey(
        key -> {
          if (transferDecoder.isStreamWrite(key)
              && ended.contains(layouts.processKey.read(key, 0))) {
            abandoned.add(transferDecoder.channel(key));
          }
        });
    accesses.forget(ended);
    transfers.forget(ended);
    flows.forget(ended);
    memoryReads.forget(ended);
  }

  /** Each file that a living process has read or written. */
  void forEachAccess(BiConsumer<ProcessKey, Integer> consumer) {
    accesses.forEachKey(
        key -> consumer.accept(layouts.processKey.read(key, 0), accessFile.getInt(key, 0)));
  }

  /** Files of which a living process has read or written something. */
  void collectFiles(Set<Integer> into) {
    accesses.collect(key -> accessFile.getInt(key, 0), into);
  }

  private void accessed(MapKey entry, Increment increment, Coverage coverage) {
    ByteBuffer key = entry.view();
    ProcessKey process = layouts.processKey.read(key, 0);
    int file = accessFile.getInt(key, 0);
    names.requireProcess(process);
    names.requireFile(file);
    told.add(
        new KernelEvent.FileAccessed(
            process,
            file,
            names.path(process, file),
            accessDirection.getInt(key, 0) == directionRead ? Direction.READ : Direction.WRITE,
            methods.getOrDefault(accessMethod.getInt(key, 0), "unknown"),
            increment,
            coverage));
  }

  /** Nothing goes over these any more that the kernel would count. */
  void forgetChannels(Set<Long> channels) {
    if (!channels.isEmpty()) {
      transfers.forgetWhere(key -> channels.contains(transferDecoder.channel(key)));
    }
  }

  /**
   * Forgets what living processes have read from streams that nobody has written to for a while: a
   * server has as many of them as there ever were connections.
   */
  void tidy(long nowBootNanos) {
    if (abandoned.isEmpty() || nowBootNanos - tidiedNanos < IDLE_NANOS) {
      return;
    }
    tidiedNanos = nowBootNanos;
    transfers.forEachKey(
        key -> {
          if (transferDecoder.isStreamWrite(key)) {
            abandoned.remove(transferDecoder.channel(key));
          }
        });
    transfers.forgetIdle(
        key -> abandoned.contains(transferDecoder.channel(key)), nowBootNanos - IDLE_NANOS);
    Set<Long> used = new HashSet<>();
    transfers.forEachKey(key -> used.add(transferDecoder.channel(key)));
    abandoned.retainAll(used);
  }

  private void moved(MapKey entry, Increment increment, ByteBuffer values, int at) {
    KernelEvent.DataMoved moved = transferDecoder.decode(entry.view(), increment);
    names.requireProcess(moved.process());
    sink.accept(moved);
  }

  private void sent(MapKey entry, Increment increment, ByteBuffer values, int at) {
    ProcessKey process = layouts.processKey.read(entry.view(), 0);
    names.requireProcess(process);
    Flow flow = flowDecoder.decode(entry.view(), 0);
    sink.accept(new KernelEvent.BytesSent(process, flow, increment));
  }

  private void memoryRead(MapKey entry, Increment increment, ByteBuffer values, int at) {
    ByteBuffer key = entry.view();
    ProcessKey reader = layouts.processKey.read(key, 0);
    ProcessKey victim = layouts.processKey.read(key, memoryVictim);
    names.requireProcess(reader);
    names.requireProcess(victim);
    sink.accept(
        new KernelEvent.MemoryRead(
            reader,
            victim,
            memoryMethods.getOrDefault(memoryMethod.getInt(key, 0), "unknown"),
            increment));
  }
}
