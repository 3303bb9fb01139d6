// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Coverage;
import io.modelwarden.event.Increment;

/**
 * What a process did to a file.
 *
 * @param method label of the way, "mmap" for a mapping, "fault" for what was touched of one
 * @param coverage which parts of the file it has taken so far, this time and before
 */
record Access(
    int fileId,
    String path,
    Evidence.Action action,
    String method,
    Increment increment,
    Coverage coverage) {

  /** What was touched is a part of what was mapped, which counts already. */
  boolean isPartOfMapping() {
    return method.equals(Measurement.FileTouched.METHOD);
  }

  Access with(Increment other) {
    return new Access(fileId, path, action, method, other, coverage);
  }

  /** This and what came after it. */
  Access plus(Access newer) {
    return new Access(
        fileId,
        path,
        action,
        method,
        Increments.sum(increment, newer.increment),
        coverage.plus(newer.coverage, newer.increment.bytes()));
  }
}
