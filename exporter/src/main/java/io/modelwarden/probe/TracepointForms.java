// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.libbpf.KernelTypes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Tracepoints that some kernels lack, or have in another form: the program that reads this kernel's
 * form is loaded, its siblings are not. A program that took one form for another would count
 * nonsense, so a form that is not listed is left alone and told.
 */
final class TracepointForms {

  /** A program with the forms that it reads, as {@link KernelTypes#tracepoint} describes them. */
  private record Reader(String program, String tracepoint, Set<String> forms) {}

  private static final List<Reader> READERS =
      List.of(
          new Reader(
              "on_uring_complete", "io_uring_complete", Set.of("io_ring_ctx* * io_uring_cqe*")),
          new Reader("on_uring_result", "io_uring_complete", Set.of("* * n n n", "* * n n n n n")),
          new Reader("on_uring_submit", "io_uring_submit_req", Set.of("io_kiocb*")),
          new Reader("on_uring_overflow", "io_uring_cqe_overflow", Set.of("* n n n *")));

  /**
   * What to do about the programs on this kernel.
   *
   * @param leftOut not to be loaded
   * @param unread one status for each tracepoint that no program reads
   */
  record Choice(Set<String> leftOut, List<ProbeStatus> unread) {}

  private TracepointForms() {}

  /**
   * @param kernel what a tracepoint hands to its programs; empty if it is not there
   */
  static Choice choose(Function<String, Optional<String>> kernel) {
    Set<String> leftOut = new HashSet<>();
    Map<String, ProbeStatus> unread = new LinkedHashMap<>();
    Set<String> read = new HashSet<>();
    for (Reader reader : READERS) {
      Optional<String> form = kernel.apply(reader.tracepoint());
      if (form.filter(reader.forms()::contains).isPresent()) {
        read.add(reader.tracepoint());
      } else {
        leftOut.add(reader.program());
        unread.putIfAbsent(reader.tracepoint(), unread(reader, form));
      }
    }
    unread.keySet().removeAll(read);
    return new Choice(leftOut, new ArrayList<>(unread.values()));
  }

  private static ProbeStatus unread(Reader reader, Optional<String> form) {
    String subject = ProbeCatalog.of(reader.program()).subject();
    String hook = "tp_btf/" + reader.tracepoint();
    String problem =
        form.map(unknown -> reader.tracepoint() + " has an unknown form (" + unknown + ")")
            .orElse("this kernel has no " + reader.tracepoint());
    return new ProbeStatus(reader.program(), hook, subject, false, problem, form.isPresent());
  }
}
