// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.EventSink;
import io.modelwarden.event.Flow;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfMap;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;

/** The three maps of totals: accesses to files, flows, reads of memory. */
final class Counters {

  private record Access(ProcessKey process, int fileId, int method, int direction, Key key) {}

  private record Sent(ProcessKey process, Flow flow, Key key) {}

  private record Memory(ProcessKey reader, ProcessKey victim, int method, Key key) {}

  /** The bytes of a key, for its removal. */
  private record Key(java.nio.ByteBuffer bytes) {}

  private final Layouts layouts;
  private final Names names;
  private final EventSink sink;
  private final FlowDecoder flowDecoder;
  private final BpfMap accessMap;
  private final BpfMap flowMap;
  private final BpfMap memoryMap;
  private final CountTable<Access> accesses;
  private final CountTable<Sent> flows;
  private final CountTable<Memory> memoryReads;
  private final Map<Integer, String> methods;
  private final Map<Integer, String> memoryMethods;

  Counters(KernelSide kernel, Clock clock, Names names, EventSink sink) {
    this.layouts = kernel.layouts();
    this.names = names;
    this.sink = sink;
    this.flowDecoder = new FlowDecoder(layouts);
    this.accessMap = kernel.map("accesses");
    this.flowMap = kernel.map("flows");
    this.memoryMap = kernel.map("memory_reads");
    this.accesses = new CountTable<>(Access::process, clock);
    this.flows = new CountTable<>(Sent::process, clock);
    this.memoryReads = new CountTable<>(Memory::reader, clock);
    this.methods = layouts.labels("access_method", "METHOD_");
    this.memoryMethods = layouts.labels("memory_method", "MEMORY_");
  }

  Names names() {
    return names;
  }

  void poll() {
    accessMap.forEach(
        (keys, keyAt, values, at) ->
            accesses.update(access(keys, keyAt), layouts.counts.read(values, at), this::accessed));
    flowMap.forEach(
        (keys, keyAt, values, at) ->
            flows.update(sent(keys, keyAt), layouts.counts.read(values, at), this::sent));
    memoryMap.forEach(
        (keys, keyAt, values, at) ->
            memoryReads.update(
                memory(keys, keyAt), layouts.counts.read(values, at), this::memoryRead));
  }

  void forget(Set<ProcessKey> ended) {
    accesses.forget(ended, access -> accessMap.delete(access.key().bytes().array()));
    flows.forget(ended, flow -> flowMap.delete(flow.key().bytes().array()));
    memoryReads.forget(ended, memory -> memoryMap.delete(memory.key().bytes().array()));
  }

  private void accessed(Access access, Increment increment) {
    names.requireProcess(access.process());
    names.requireFile(access.fileId());
    sink.accept(
        new KernelEvent.FileAccessed(
            access.process(),
            access.fileId(),
            names.path(access.process(), access.fileId()),
            access.direction() == layouts.constant("DIRECTION_READ")
                ? Direction.READ
                : Direction.WRITE,
            methods.getOrDefault(access.method(), "unknown"),
            increment));
  }

  private void sent(Sent sent, Increment increment) {
    names.requireProcess(sent.process());
    sink.accept(new KernelEvent.BytesSent(sent.process(), sent.flow(), increment));
  }

  private void memoryRead(Memory memory, Increment increment) {
    names.requireProcess(memory.reader());
    names.requireProcess(memory.victim());
    sink.accept(
        new KernelEvent.MemoryRead(
            memory.reader(),
            memory.victim(),
            memoryMethods.getOrDefault(memory.method(), "unknown"),
            increment));
  }

  private Access access(ByteBuffer keys, int at) {
    return new Access(
        layouts.processKey.read(keys, at + layouts.accessKey.field("process").offset()),
        layouts.accessKey.integer("file_id", 4).getInt(keys, at),
        layouts.accessKey.integer("method", 2).getInt(keys, at),
        layouts.accessKey.integer("direction", 2).getInt(keys, at),
        copy(keys, at, layouts.accessKey.sizeBytes()));
  }

  private Sent sent(ByteBuffer keys, int at) {
    return new Sent(
        layouts.processKey.read(keys, at + layouts.flowKey.field("process").offset()),
        flowDecoder.decode(keys, at),
        copy(keys, at, layouts.flowKey.sizeBytes()));
  }

  private Memory memory(ByteBuffer keys, int at) {
    return new Memory(
        layouts.processKey.read(keys, at + layouts.memoryKey.field("reader").offset()),
        layouts.processKey.read(keys, at + layouts.memoryKey.field("victim").offset()),
        layouts.memoryKey.integer("method", 4).getInt(keys, at),
        copy(keys, at, layouts.memoryKey.sizeBytes()));
  }

  private static Key copy(ByteBuffer keys, int at, int length) {
    byte[] bytes = new byte[length];
    keys.get(at, bytes);
    return new Key(ByteBuffer.wrap(bytes));
  }
}
