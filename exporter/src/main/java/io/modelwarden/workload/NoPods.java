// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import org.jspecify.annotations.Nullable;

/** The directory where there is no API to tell of pods. */
public enum NoPods implements PodDirectory {
  INSTANCE;

  @Override
  public @Nullable PodNames find(String podUid, String containerId) {
    return null;
  }

  @Override
  public @Nullable PodTraits traits(String podUid, String containerId) {
    return null;
  }

  @Override
  public long version() {
    return 0;
  }

  @Override
  public boolean isGone(String podUid) {
    return false;
  }
}
