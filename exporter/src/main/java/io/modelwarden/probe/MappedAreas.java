// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfProgram;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Where in its address space a process has models mapped, by the identity that the kernel uses. */
final class MappedAreas {

  /**
   * @param address at which the area begins
   * @param start of the part of the file that it maps, in bytes
   * @param end exclusive, not behind the end of the file
   */
  record Area(int fileId, long address, long start, long end) {}

  private final BpfProgram iterator;
  private final Layouts.ProcessKeyLayout processKey;
  private final int recordBytes;
  private final int process;
  private final Field file;
  private final Field address;
  private final Field start;
  private final Field end;

  MappedAreas(KernelSide kernel) {
    Layouts layouts = kernel.layouts();
    this.iterator = kernel.program("recover_mappings");
    this.processKey = layouts.processKey;
    this.recordBytes = layouts.mappedArea.sizeBytes();
    this.process = layouts.mappedArea.field("key.process").offset();
    this.file = layouts.mappedArea.integer("key.file_id", 4);
    this.address = layouts.mappedArea.integer("address", 8);
    this.start = layouts.mappedArea.integer("start", 8);
    this.end = layouts.mappedArea.integer("end", 8);
  }

  /** None if another image runs under its pid by now. */
  List<Area> of(ProcessKey image) {
    ByteBuffer printed = Layouts.view(iterator.iterate(image.pid()));
    List<Area> areas = new ArrayList<>();
    for (int at = 0; at + recordBytes <= printed.limit(); at += recordBytes) {
      if (processKey.read(printed, at + process).equals(image)) {
        areas.add(
            new Area(
                file.getInt(printed, at),
                address.get(printed, at),
                start.get(printed, at),
                end.get(printed, at)));
      }
    }
    return areas;
  }
}
