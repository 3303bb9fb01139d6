// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.libbpf.BpfProgram;
import java.nio.ByteBuffer;

/**
 * Ends marks. The iterators touch again whatever of a model the process has open or mapped; only
 * where that finds nothing, and no other thread has touched a file meanwhile, is it armed no more.
 */
final class Disarming {

  private final Layouts layouts;
  private final BpfProgram descriptors;
  private final BpfProgram mappings;
  private final BpfProgram disarm;
  private final Field touches;
  private final Field accepted;

  Disarming(KernelSide kernel) {
    this.layouts = kernel.layouts();
    this.descriptors = kernel.program("recover_descriptors");
    this.mappings = kernel.program("recover_mappings");
    this.disarm = kernel.program("disarm");
    this.touches = layouts.disarmRequest.integer("touches", 8);
    this.accepted = layouts.disarmRequest.integer("accepted", 4);
  }

  /**
   * @param touchesBefore of the process, read before this call; 0 if it is not armed
   * @return whether it is armed no longer
   */
  boolean disarm(ProcessKey process, long touchesBefore) {
    if (touchesBefore == 0) {
      return true;
    }
    try {
      descriptors.iterate(process.pid());
      mappings.iterate(process.pid());
    } catch (BpfException gone) {
      return false; // its end is told by another way
    }
    byte[] request = layouts.bytes(layouts.disarmRequest);
    ByteBuffer view = Layouts.view(request);
    layouts.processKey.write(view, layouts.disarmRequest.field("process").offset(), process);
    touches.put(view, 0, touchesBefore);
    disarm.run(request);
    return accepted.get(view, 0) == 1;
  }
}
