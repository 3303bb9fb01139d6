// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

/** Whether a cgroup that is counted has had a file; those left out count for it only then. */
enum FileHolder {
  NONE,
  /** Of those that have had it nobody is selected, and some are not yet decided. */
  UNDECIDED,
  SELECTED
}
