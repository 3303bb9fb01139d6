// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The one function that is called some ten times with every poll, bound directly and not through
 * JNA's proxy of an interface.
 */
@SuppressWarnings("checkstyle:MethodName")
final class BatchCall {

  static {
    com.sun.jna.Native.register(BatchCall.class, LibBpf.LIBRARY);
  }

  private BatchCall() {}

  /** As bpf.h has it. @return 0, or the negative error number */
  static native int bpf_map_lookup_batch(
      int map,
      @Nullable Pointer in,
      Pointer out,
      Pointer keys,
      Pointer values,
      Pointer count,
      @Nullable Pointer options);
}
