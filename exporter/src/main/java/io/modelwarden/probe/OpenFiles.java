// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.event.EventSink;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfProgram;
import io.modelwarden.libbpf.Clocks;
import java.nio.ByteBuffer;

/**
 * Descriptors of model files that are older than the programs, or than the selection of a cgroup.
 */
final class OpenFiles {

  private final BpfProgram iterator;
  private final Layouts.ProcessKeyLayout processKey;
  private final int recordBytes;
  private final int process;
  private final Field file;
  private final Clock clock;
  private final Names names;
  private final EventSink sink;

  OpenFiles(KernelSide kernel, Clock clock, Names names, EventSink sink) {
    Layouts layouts = kernel.layouts();
    this.iterator = kernel.program("recover_descriptors");
    this.processKey = layouts.processKey;
    this.recordBytes = layouts.openFile.sizeBytes();
    this.process = layouts.openFile.field("process").offset();
    this.file = layouts.openFile.integer("file_id", 4);
    this.clock = clock;
    this.names = names;
    this.sink = sink;
  }

  /** Arms every process of the machine that has one, and tells of each. */
  void findAll() {
    ByteBuffer printed = Layouts.view(iterator.iterate(0));
    long now = clock.toEpochNanos(Clocks.bootNanos());
    for (int at = 0; at + recordBytes <= printed.limit(); at += recordBytes) {
      tell(processKey.read(printed, at + process), file.getInt(printed, at), now);
    }
  }

  private void tell(ProcessKey process, int fileId, long epochNanos) {
    names.requireProcess(process);
    names.requireFile(fileId);
    sink.accept(
        new KernelEvent.FileFound(process, fileId, names.path(process, fileId), epochNanos));
  }
}
