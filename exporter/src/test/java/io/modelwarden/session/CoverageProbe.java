// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Coverage;

/** What the session's trackers make of coverage, for tests of where it comes from. */
public final class CoverageProbe {

  private final FileCoverage coverage = new FileCoverage();

  public void add(long fileBytes, long bytes, Coverage part) {
    coverage.add(fileBytes, bytes, part);
  }

  public long distinctBytes() {
    return coverage.distinctBytes();
  }
}
