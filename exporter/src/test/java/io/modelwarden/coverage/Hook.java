// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.coverage;

/** What a way is seen by, and since which kernel that is there. */
public enum Hook {
  SYS_EXIT("sys_exit", 3),
  /** The same, for pids that are counted in another namespace. */
  SYS_EXIT_IN_NAMESPACE("sys_exit", 14),
  FILEMAP_GET_PAGES("mm_filemap_get_pages", 12),
  URING_COMPLETE("io_uring_complete", 3),
  URING_SUBMIT("io_uring_submit_req", 4),
  URING_OVERFLOW("io_uring_cqe_overflow", 3),
  SOCK_SEND_LENGTH("sock_send_length", 3),
  SOCK_RECV_LENGTH("sock_recv_length", 3),
  SENDMSG("cgroup/sendmsg", 3),
  SOCK_SET_STATE("inet_sock_set_state", 3),
  PROCESS_FORK("sched_process_fork", 3),
  PROCESS_EXEC("sched_process_exec", 3),
  SIGNAL_DELIVER("signal_deliver", 3),
  TASK_FILES("iter/task_file", 3),
  TASK_AREAS("iter/task_vma", 3),
  /** The resident bytes of the areas that the iterator finds. */
  RESIDENT_PAGES("/proc/PID/smaps", 3);

  final String label;

  /** Of Linux 6. The agent as a whole needs 6.3. */
  final int minor;

  Hook(String label, int minor) {
    this.label = label;
    this.minor = minor;
  }
}
