// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real Alertmanager with the committed example, which waits for seconds instead of minutes. */
final class RunningAlertmanager implements AutoCloseable {

  static final Path EXAMPLE = Programs.REPOSITORY.resolve("alert-rules/alertmanager.yaml");

  private final int port = Programs.freePort();
  private final Process process;

  /**
   * Starts it and waits until it is ready.
   *
   * @param receiver host and port that stand in for those of the example
   */
  RunningAlertmanager(Path folder, String receiver) throws IOException {
    String configuration =
        Files.readString(EXAMPLE)
            .replace("127.0.0.1:9095", receiver)
            .replaceAll("group_wait: \\w+", "group_wait: 5s")
            .replaceAll("group_interval: \\w+", "group_interval: 1s");
    Path file = Files.writeString(folder.resolve("alertmanager.yaml"), configuration);
    process =
        new ProcessBuilder(
                folder().resolve("alertmanager").toString(),
                "--config.file=" + file,
                "--storage.path=" + folder.resolve("alertmanager"),
                "--web.listen-address=" + address(),
                "--cluster.listen-address=")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("alertmanager.log").toFile())
            .start();
    RunningCollector.await(
        "Alertmanager's start", () -> RunningCollector.answers("http://" + address() + "/-/ready"));
  }

  /** With its tool beside it. */
  static Path folder() {
    return Path.of(Programs.printedBy("scripts/alertmanager.sh"));
  }

  /** Host and port. */
  String address() {
    return "127.0.0.1:" + port;
  }

  /** Sends alerts as Prometheus does. */
  void post(String alerts) {
    RunningCollector.postJson("http://" + address() + "/api/v2/alerts", alerts.getBytes(UTF_8));
  }

  @Override
  public void close() {
    Programs.end(process);
  }
}
