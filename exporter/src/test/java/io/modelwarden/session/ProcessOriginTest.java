// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.session.Evidence.FileAccessFacts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessOriginTest {

  private static final String ID =
      "5d1f0a9c3b7e48d2a6c0f1e2d3c4b5a697887766554433221100ffeeddccbbaa";
  private static final String CONTAINER = "/docker/" + ID;

  private final Scene scene = new Scene();

  @ParameterizedTest
  @CsvSource({
    "/docker/ID, ENTRYPOINT, ENTRYPOINT",
    "/docker/ID, UNKNOWN, ENTRYPOINT",
    "/docker/ID, EXEC, EXEC",
    "/docker/ID/below, EXEC, EXEC",
    "/docker/ID, HOST, HOST",
    // systemd starts units as a runtime starts containers: they are none
    "/system.slice/ssh.service, ENTRYPOINT, HOST",
    "/system.slice/ssh.service, EXEC, HOST",
    "'', UNKNOWN, HOST",
  })
  void originOfAReader(String cgroup, Entrance entrance, ProcessOrigin origin) {
    scene.at(cgroup.replace("ID", ID), entrance);
    scene.reads(scene.starts(1, "cat"), scene.model(Scene.GIB), Scene.MIB);
    assertThat(scene.sink.measured(Measurement.FileIo.class))
        .extracting(Measurement.FileIo::origin)
        .containsOnly(origin);
  }

  /** What an exec session takes must not be lost in what the server has always read. */
  @Test
  void runningTotal_isOfOneOrigin() {
    int model = scene.model(Scene.GIB);
    scene.at(CONTAINER, Entrance.ENTRYPOINT);
    scene.reads(scene.starts(1, "server"), model, 700 * Scene.MIB);
    scene.at(CONTAINER, Entrance.EXEC);
    scene.reads(scene.starts(2, "cat"), model, 5 * Scene.MIB);
    scene.tracker.close();
    assertThat(scene.sink.facts(FileAccessFacts.class))
        .extracting(FileAccessFacts::totalReadBytes)
        .containsExactlyInAnyOrder(700 * Scene.MIB, 5 * Scene.MIB);
  }
}
