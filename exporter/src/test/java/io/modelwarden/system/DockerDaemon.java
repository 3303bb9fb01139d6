// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;

/** The daemon of {@code scripts/docker.sh}, with an image of busybox and the acts. */
final class DockerDaemon implements AutoCloseable {

  static final String IMAGE = "local/acts:latest";

  private static final String SCRIPT = Programs.REPOSITORY.resolve("scripts/docker.sh").toString();
  private static final Path SOCKET = Path.of(URI.create(System.getenv("DOCKER_HOST")).getPath());

  private final Process process;

  DockerDaemon(Path folder) throws IOException {
    Path log = folder.resolve("docker.log");
    process =
        new ProcessBuilder(SCRIPT, "run", SOCKET.getParent().toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      RunningCollector.await(
          "Docker", () -> !process.isAlive() || (Files.exists(SOCKET) && pings(client())));
      importImage();
    } catch (AssertionError failed) {
      close();
      throw new AssertionError(Files.readString(log), failed);
    }
  }

  DockerClient client() {
    return DockerClientFactory.instance().client();
  }

  /** Another name of the image. */
  void tag(String repository, String tag) {
    client().tagImageCmd(IMAGE, repository, tag).exec();
  }

  private static void importImage() {
    Programs.Ended ended = Programs.run(List.of(SCRIPT, "import", SOCKET.getParent().toString()));
    assertThat(ended.code()).as(ended.output()).isZero();
  }

  private static boolean pings(DockerClient client) {
    client.pingCmd().exec();
    return true;
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close(); // for this it waits
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        throw new AssertionError("Docker does not end");
      }
    } catch (IOException failure) {
      throw new AssertionError("Docker has ended before", failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      Programs.end(process);
    }
  }
}
