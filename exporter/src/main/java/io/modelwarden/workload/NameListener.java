// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

/** Told what becomes of workloads, on the poll's thread. */
public interface NameListener {

  /** What was counted to the one is counted to the other from now on. */
  void renamed(Workload before, Workload after);

  /** Its pod is gone: nothing will be counted to it any more. */
  void ended(Workload workload);
}
