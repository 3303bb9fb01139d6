// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The world outside: a network namespace with addresses that count as public, and its servers. */
final class PublicNamespace implements AutoCloseable {

  static final String OUTSIDE = "198.51.100.10";
  static final String OUTSIDE_IPV6 = "2001:db8:100::10";

  /** The machine, as they see it there. */
  static final String INSIDE = "198.51.100.1";

  /** In front of a command that has to run outside. */
  static final String ENTER = "nsenter --net=/run/netns/modelwarden-test ";

  private static final String SCRIPT =
      ". " + Programs.REPOSITORY.resolve("scripts/lib/namespace.sh") + "; ";

  private final Path logs;
  private final List<Process> processes = new ArrayList<>();

  /**
   * @param logs the folder for what the servers say
   */
  PublicNamespace(Path logs) {
    this.logs = logs;
    bash("namespace_up modelwarden-test 198.51.100 2001:db8:100");
  }

  /** Starts a command of the shell outside, in its place, and waits until it listens on a port. */
  void serve(int port, String command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", "exec " + ENTER + command).redirectErrorStream(true);
    Process process = builder.redirectOutput(logs.resolve("port-" + port).toFile()).start();
    processes.add(process);
    awaitListener(ENTER, port);
  }

  /**
   * @param where empty for this machine, or {@link #ENTER}
   */
  static void awaitListener(String where, int port) {
    List<String> look = List.of("bash", "-c", where + "ss -Hltnu 'sport = " + port + "'");
    RunningCollector.await(
        "a listener on port " + port, () -> !Programs.run(look).output().isBlank());
  }

  private static void bash(String command) {
    Programs.Ended ended = Programs.run(List.of("bash", "-c", SCRIPT + command));
    if (ended.code() != 0) {
      throw new AssertionError(ended.output());
    }
  }

  @Override
  public void close() {
    processes.forEach(Programs::end);
    bash("namespace_down modelwarden-test");
  }
}
