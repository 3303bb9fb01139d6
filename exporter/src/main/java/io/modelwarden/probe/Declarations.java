// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfProgram;
import java.nio.ByteBuffer;

/** Begins marks of processes that need have nothing of a model open. */
final class Declarations {

  private static final ProcessKey ANY_IMAGE = new ProcessKey(0, 0, 0);

  private final Layouts layouts;
  private final BpfProgram program;
  private final int process;
  private final Field pid;
  private final Field flags;
  private final Field found;
  private final int recovered;
  private final int passed;

  Declarations(KernelSide kernel) {
    this.layouts = kernel.layouts();
    this.program = kernel.program("declare");
    this.process = layouts.declareRequest.field("process").offset();
    this.pid = layouts.declareRequest.integer("pid", 4);
    this.flags = layouts.declareRequest.integer("flags", 4);
    this.found = layouts.declareRequest.integer("found", 4);
    this.recovered = layouts.constant("PROCESS_RECOVERED");
    this.passed = layouts.constant("PROCESS_PASSED");
  }

  void declare(int number) {
    run(number, ANY_IMAGE, 0);
  }

  void recover(int number) {
    run(number, ANY_IMAGE, recovered);
  }

  /** Whether that very image is there: another one under its pid is left alone. */
  boolean recover(ProcessKey image) {
    return run(image.pid(), image, recovered);
  }

  /** It may have got what another process holds. */
  void passed(ProcessKey image) {
    run(image.pid(), image, passed);
  }

  private boolean run(int number, ProcessKey image, int flag) {
    byte[] request = layouts.bytes(layouts.declareRequest);
    ByteBuffer view = Layouts.view(request);
    layouts.processKey.write(view, process, image);
    pid.put(view, 0, number);
    flags.put(view, 0, flag);
    program.run(request);
    return found.get(view, 0) == 1;
  }
}
