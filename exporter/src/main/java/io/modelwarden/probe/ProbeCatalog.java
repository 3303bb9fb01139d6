// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.util.Map;

/** What each program is for, so that a missing one can be explained. */
final class ProbeCatalog {

  /**
   * @param required without it the agent would count wrongly, so it does not start
   */
  record Purpose(String subject, boolean required) {}

  private static final Map<String, Purpose> PURPOSES =
      Map.ofEntries(
          Map.entry("on_sys_exit", new Purpose("reads, writes, mappings, memory reads", true)),
          Map.entry("on_sock_send_length", new Purpose("bytes sent", true)),
          Map.entry("on_filemap_get_pages", new Purpose("what was read in a race", true)),
          Map.entry("on_uring_complete", new Purpose("reads and writes over io_uring", false)),
          Map.entry("on_uring_result", new Purpose("reads and writes over io_uring", false)),
          Map.entry("on_uring_submit", new Purpose("io_uring without completions", false)),
          Map.entry("on_uring_overflow", new Purpose("io_uring with a full ring", false)),
          Map.entry("on_sock_recv_length", new Purpose("bytes received from holders", false)),
          Map.entry("on_inet_sock_set_state", new Purpose("who began a connection", false)),
          Map.entry("on_sendmsg4", new Purpose("receivers of IPv4 datagrams", false)),
          Map.entry("on_sendmsg6", new Purpose("receivers of IPv6 datagrams", false)),
          Map.entry("on_fork", new Purpose("the mark over fork", true)),
          Map.entry("on_exec", new Purpose("the mark over exec", true)),
          Map.entry("on_exit", new Purpose("ends of processes", true)),
          Map.entry("on_signal_deliver", new Purpose("core dumps of holders", false)),
          Map.entry("on_cgroup_rmdir", new Purpose("ends of cgroups", false)),
          Map.entry("recover_descriptors", new Purpose("files open at start", false)),
          Map.entry("recover_mappings", new Purpose("files mapped at start, live size", false)),
          Map.entry("shared_areas", new Purpose("memory that holders share", false)),
          Map.entry("exclude_agent", new Purpose("leaving the agent out", true)),
          Map.entry("identify", new Purpose("which file a descriptor is", true)),
          Map.entry("decide", new Purpose("verdicts on files", true)),
          Map.entry("set_holder", new Purpose("whose files are", true)),
          Map.entry("disarm", new Purpose("ends of marks", true)),
          Map.entry("declare", new Purpose("marks by declaration", true)),
          Map.entry("forget_channel", new Purpose("ends of pipes and sockets", true)),
          Map.entry("forget_sessions", new Purpose("ends of exec sessions", true)));

  private ProbeCatalog() {}

  static Purpose of(String program) {
    return PURPOSES.getOrDefault(program, new Purpose("unknown", false));
  }
}
