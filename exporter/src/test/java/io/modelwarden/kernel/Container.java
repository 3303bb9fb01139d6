// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A container with a server that holds a model, and exec sessions in it. */
final class Container implements AutoCloseable {

  private final Cgroup cgroup;
  private final Acts.Running server;

  private Container(Cgroup cgroup, Acts.Running server) {
    this.cgroup = cgroup;
    this.server = server;
  }

  static Container serving(Path model) throws IOException {
    Cgroup cgroup = Cgroup.create();
    Path hold = Acts.path("hold_model");
    Acts.Running server =
        Acts.start("play_container", "start", cgroup.folder(), hold, model, "--mode", "read");
    assertThat(server.truth).containsKey("pid");
    return new Container(cgroup, server);
  }

  /** Another container whose first process does this; the bytes that came out of it. */
  static long print(String... command) throws IOException {
    try (Cgroup cgroup = Cgroup.create()) {
      List<String> words = new ArrayList<>();
      words.add(Acts.path("play_container").toString());
      words.addAll(List.of("start", cgroup.folder().toString()));
      words.addAll(List.of(command));
      return run(words);
    }
  }

  Cgroup cgroup() {
    return cgroup;
  }

  /** An exec session from its beginning to its end; the bytes that came out of it. */
  long exec(Object... command) throws IOException {
    return run(entering(command));
  }

  /**
   * The same with standard streams that are no pipes.
   *
   * @param kind of with_stdio
   */
  long execOn(String kind, Object... command) throws IOException {
    List<String> outer = new ArrayList<>(List.of(Acts.path("with_stdio").toString(), kind));
    outer.addAll(entering(command));
    return run(outer);
  }

  private List<String> entering(Object... command) throws IOException {
    String first = Files.readAllLines(cgroup.folder().resolve("cgroup.procs")).get(0);
    List<String> words = new ArrayList<>();
    words.add(Acts.path("play_container").toString());
    words.addAll(List.of("enter", cgroup.folder().toString(), first));
    List.of(command).forEach(word -> words.add(word.toString()));
    return words;
  }

  /** Into another process: the JVM closes its end as soon as the first one has ended. */
  private static long run(List<String> command) throws IOException {
    Path output = Files.createTempFile("output", null);
    try {
      List<Process> line =
          ProcessBuilder.startPipeline(
              List.of(
                  new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT),
                  new ProcessBuilder("cat").redirectOutput(output.toFile())));
      line.get(0).getOutputStream().close();
      for (Process process : line) {
        assertThat(process.onExit().join().exitValue()).isZero();
      }
      return Files.size(output);
    } finally {
      Files.delete(output);
    }
  }

  @Override
  public void close() {
    server.close();
    cgroup.close();
  }
}
