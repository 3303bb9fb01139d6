// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

/**
 * Whether a probe watches.
 *
 * @param name of the program in the object
 * @param hook section of the program: where in the kernel it sits
 * @param subject what is not seen without it
 * @param problem empty if attached, else why not, in one line
 * @param unknownForm the kernel has the hook, but in a form that this version does not read
 */
public record ProbeStatus(
    String name,
    String hook,
    String subject,
    boolean required,
    String problem,
    boolean unknownForm) {

  public boolean attached() {
    return problem.isEmpty();
  }
}
