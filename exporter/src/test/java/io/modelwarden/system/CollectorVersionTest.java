// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A collector below the floor of the configuration is not started by any of our targets. */
@Tag("system")
class CollectorVersionTest {

  private static final String SCRIPT =
      Programs.REPOSITORY.resolve("scripts/collector.sh").toString();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"otelcol-contrib version 0.154.9", "otelcol-contrib version 0.99.0", "v0.9.200"})
  void anOlderCollector_isRefusedWithTheFloor(String version) throws IOException {
    Path old = collector(version);
    Programs.Ended ended = Programs.run(List.of("env", "OTELCOL=" + old, SCRIPT));
    assertThat(ended.code()).isNotZero();
    assertThat(ended.output())
        .contains(old + " is version ")
        .contains(", 0.155.0 or newer is needed")
        .contains("OTELCOL=" + old + " cannot be used: unset it, and one is built");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no version at all", ""})
  void whatSaysNoVersion_isRefused(String says) throws IOException {
    Path other = collector(says);
    Programs.Ended ended = Programs.run(List.of("env", "OTELCOL=" + other, SCRIPT));
    assertThat(ended.code()).isNotZero();
    assertThat(ended.output()).contains("OTELCOL=" + other + " cannot be used");
  }

  @ParameterizedTest
  @CsvSource({"0.155.0", "0.162.1", "1.0.0"})
  void theFloorAndWhatIsNewer_areTaken(String version) throws IOException {
    Path good = collector("otelcol-contrib version " + version);
    Programs.Ended ended = Programs.run(List.of("env", "OTELCOL=" + good, SCRIPT));
    assertThat(ended.output().strip()).isEqualTo(good.toString());
  }

  @Test
  void anOlderOneOnThePath_isPassedBy() throws IOException {
    Path old = collector("otelcol-contrib version 0.154.0");
    Programs.Ended ended =
        Programs.run(
            List.of(
                "env", "-u", "OTELCOL", "PATH=" + folder + ":" + System.getenv("PATH"), SCRIPT));
    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output()).contains(old + " is version 0.154.0, 0.155.0 or newer is needed");
    assertThat(ended.output().strip()).doesNotEndWith(old.toString());
  }

  /** Scripts, chart and pages name the same one. */
  @Test
  void theFloor_isOneNumber() throws IOException {
    String floor = "0.155.0";
    for (String file :
        List.of(
            "scripts/versions.env",
            "README.md",
            "otel-collector-config/README.md",
            "otel-collector-config/distribution/manifest.yaml",
            "deploy/helm/modelwarden/values.yaml",
            "deploy/helm/modelwarden/templates/_checks.tpl")) {
      assertThat(Programs.REPOSITORY.resolve(file)).content().as(file).contains(floor);
    }
  }

  private Path collector(String says) throws IOException {
    Path program =
        Files.writeString(
            folder.resolve("otelcol-contrib"), "#!/bin/sh\necho '" + says + "'\nexit 0\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }
}
