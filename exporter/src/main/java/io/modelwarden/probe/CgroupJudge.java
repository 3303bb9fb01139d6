// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

/** Says which cgroups are counted. Called on the poll's thread: never blocks. */
public interface CgroupJudge {

  enum Verdict {
    /** Counted, and held back from those who listen, until it is decided. */
    UNDECIDED,
    SELECTED,
    LEFT_OUT
  }

  /** Counts everything. */
  CgroupJudge ALL =
      new CgroupJudge() {
        @Override
        public boolean leavesSomeOut() {
          return false;
        }

        @Override
        public Verdict judge(String cgroupPath) {
          return Verdict.SELECTED;
        }
      };

  /** False if every cgroup is selected: then none is asked about. */
  boolean leavesSomeOut();

  /**
   * @param cgroupPath in the hierarchy of the pids controller, empty at its root
   */
  Verdict judge(String cgroupPath);
}
