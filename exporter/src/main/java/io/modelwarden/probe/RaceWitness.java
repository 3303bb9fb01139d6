// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.libbpf.BpfException;
import java.util.Optional;
import java.util.function.Function;

/**
 * The program that hears from the page cache whose pages a call takes. Whoever asks for it relies
 * on it: a kernel that cannot have it is an error, not a remark.
 */
final class RaceWitness {

  static final String PROGRAM = "on_filemap_get_pages";

  private static final String TRACEPOINT = "mm_filemap_get_pages";
  private static final String FORM = "address_space* n n";

  private RaceWitness() {}

  /**
   * @param kernel what a tracepoint hands to its programs; empty if it is not there
   * @throws BpfException if the kernel does not have it in the form that the program reads
   */
  static void require(Function<String, Optional<String>> kernel) {
    Optional<String> form = kernel.apply(TRACEPOINT);
    if (form.filter(FORM::equals).isPresent()) {
      return;
    }
    String problem =
        form.map(unknown -> TRACEPOINT + " has an unknown form (" + unknown + ")")
            .orElse("this kernel has no " + TRACEPOINT + ", which came with Linux 6.12");
    throw new BpfException("kernel.race-witness: " + problem + ": set it to false");
  }
}
