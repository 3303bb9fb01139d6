// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Pointer;

/** A program at its hook; closing it takes the program off. */
public final class BpfLink implements AutoCloseable {

  private final Native functions;
  private final Pointer link;
  private boolean closed;

  BpfLink(Native functions, Pointer link) {
    this.functions = functions;
    this.link = link;
  }

  int descriptor() {
    return functions.bpf_link__fd(link);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      functions.bpf_link__destroy(link);
    }
  }
}
