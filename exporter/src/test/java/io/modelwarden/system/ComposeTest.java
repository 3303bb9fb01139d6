// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * deploy/compose as Docker Compose itself reads it. No image can be had here: what would run in
 * each container is tried with the program of that image's version, where there is one.
 */
@Tag("system")
class ComposeTest {

  private static final Path FOLDER = Programs.REPOSITORY.resolve("deploy/compose");
  private static JsonNode services;

  @BeforeAll
  static void read() throws IOException {
    Programs.Ended ended =
        Programs.run(
            List.of(
                Programs.printedBy("scripts/compose.sh"),
                "--file",
                FOLDER.resolve("compose.yaml").toString(),
                "config",
                "--format",
                "json"));
    assertThat(ended.code()).as(ended.output()).isZero();
    services = new ObjectMapper().readTree(ended.output()).get("services");
  }

  @Test
  void itHasAllParts() {
    assertThat(services.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "agent", "collector", "prometheus", "alertmanager", "tempo", "grafana");
  }

  @Test
  void everyImage_isPinned_toTheVersionThatIsTested() throws IOException {
    assertThat(services)
        .allSatisfy(
            service ->
                assertThat(service.get("image").asText())
                    .matches("[a-z-]+/[a-z-]+:v?\\d+\\.\\d+\\.\\d+"));
    String versions = Files.readString(Programs.REPOSITORY.resolve("scripts/versions.env"));
    for (String part : List.of("collector", "prometheus", "alertmanager")) {
      String tag = services.at("/" + part + "/image").asText().replaceAll(".*:v?", "");
      assertThat(versions).contains(part.toUpperCase(Locale.ROOT) + "_VERSION=" + tag);
    }
    Path context = Path.of(services.at("/agent/build/context").asText());
    assertThat(context.resolve(services.at("/agent/build/dockerfile").asText())).isRegularFile();
  }

  @Test
  void everyMountedFile_isThere_andNoneIsWritable() {
    for (JsonNode service : services) {
      for (JsonNode volume : service.path("volumes")) {
        if (volume.get("type").asText().equals("bind")) {
          assertThat(Path.of(volume.get("source").asText())).exists();
          assertThat(volume.path("read_only").asBoolean()).as(volume.toString()).isTrue();
        }
      }
    }
  }

  @Test
  void nothingIsReachableFromOutside_andNobodyIsPrivileged() {
    for (JsonNode service : services) {
      service
          .path("ports")
          .forEach(port -> assertThat(port.get("host_ip").asText()).isEqualTo("127.0.0.1"));
      assertThat(service.path("privileged").asBoolean()).isFalse();
      assertThat(service.get("cap_drop").toString()).isEqualTo("[\"ALL\"]");
      assertThat(service.get("security_opt").toString()).contains("no-new-privileges:true");
      assertThat(service.has("cap_add")).isEqualTo(service == services.get("agent"));
    }
  }

  /** What each one listens on is where the others look for it: they share one network. */
  @Test
  void allButTheAgent_areOnOneLoopback() {
    services
        .properties()
        .forEach(
            service -> {
              String network = service.getValue().path("network_mode").asText();
              switch (service.getKey()) {
                case "agent" -> assertThat(network).isEqualTo("host");
                case "collector" -> assertThat(network).isEmpty();
                default -> assertThat(network).isEqualTo("service:collector");
              }
            });
  }

  @Test
  void theCollector_acceptsItsFiles_allLanesAreThere(@TempDir Path storage) throws IOException {
    List<String> files = arguments("collector");
    List<String> command = new ArrayList<>(List.of(Programs.collector(), "validate"));
    command.addAll(files);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    services
        .at("/collector/environment")
        .properties()
        .forEach(each -> builder.environment().put(each.getKey(), each.getValue().asText()));
    builder.environment().put("MODELWARDEN_RULE_STORAGE", storage.toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.onExit().join().exitValue()).as(said).isZero();
    try (var lanes = Files.list(RunningCollector.CONFIGURATION.resolve("detection"))) {
      assertThat(files).containsAll(lanes.map(lane -> "--config=" + lane).toList());
    }
  }

  /** The rules lie where the configuration looks for them, in the container too. */
  @Test
  void prometheus_findsItsRules(@TempDir Path root) throws IOException {
    laidOut("prometheus", root);
    String configuration = argument("prometheus", "--config.file=");
    Programs.Ended ended =
        Programs.run(
            List.of(
                Programs.prometheusFolder().resolve("promtool").toString(),
                "check",
                "config",
                root + configuration));
    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("8 rule files found");
  }

  @Test
  void alertmanager_acceptsItsFile(@TempDir Path root) throws IOException {
    laidOut("alertmanager", root);
    Programs.Ended ended =
        Programs.run(
            List.of(
                RunningAlertmanager.folder().resolve("amtool").toString(),
                "check-config",
                root + argument("alertmanager", "--config.file=")));
    assertThat(ended.code()).as(ended.output()).isZero();
  }

  /** As the files of dashboards/provisioning say. */
  @Test
  void grafana_hasTheBoardsAndTheAddressesThatItsProvisioningWants() throws IOException {
    Path provisioning = Path.of(mounts("grafana").get("/etc/grafana/provisioning"));
    String boards =
        Files.readString(provisioning.resolve("dashboards/modelwarden.yaml"))
            .replaceAll("(?s).*path: (\\S+).*", "$1");
    assertThat(Path.of(mounts("grafana").get(boards), "model-perimeter.json")).isRegularFile();
    String sources = Files.readString(provisioning.resolve("datasources/modelwarden.yaml"));
    for (String variable : List.of("MODELWARDEN_PROMETHEUS_URL", "MODELWARDEN_TEMPO_URL")) {
      assertThat(sources).contains("$" + variable);
      assertThat(services.at("/grafana/environment").has(variable)).isTrue();
    }
    String tempo = Files.readString(Path.of(mounts("tempo").get("/etc/tempo/tempo.yaml")));
    assertThat(services.at("/grafana/environment/MODELWARDEN_TEMPO_URL").asText())
        .isEqualTo(
            "http://127.0.0.1:" + tempo.replaceAll("(?s).*http_listen_port: (\\d+).*", "$1"));
    assertThat(Files.readString(RunningCollector.CONFIGURATION.resolve("backends/tempo.yaml")))
        .contains("http://" + tempo.replaceAll("(?s).*endpoint: (\\S+).*", "$1"));
  }

  /** Arguments with the paths that their files have outside of the container. */
  private static List<String> arguments(String service) {
    return commands(service).stream()
        .map(
            argument ->
                mounts(service).entrySet().stream()
                    .filter(mount -> argument.contains("=" + mount.getKey() + "/"))
                    .map(mount -> argument.replace(mount.getKey() + "/", mount.getValue() + "/"))
                    .findFirst()
                    .orElse(argument))
        .toList();
  }

  private static String argument(String service, String option) {
    return commands(service).stream()
        .filter(argument -> argument.startsWith(option))
        .map(argument -> argument.substring(option.length()))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> commands(String service) {
    List<String> commands = new ArrayList<>();
    services.at("/" + service + "/command").forEach(each -> commands.add(each.asText()));
    return commands;
  }

  /** Sources by targets, of what is mounted from the repository. */
  private static Map<String, String> mounts(String service) {
    Map<String, String> mounts = new TreeMap<>();
    for (JsonNode volume : services.at("/" + service + "/volumes")) {
      if (volume.get("type").asText().equals("bind")) {
        mounts.put(volume.get("target").asText(), volume.get("source").asText());
      }
    }
    return mounts;
  }

  /** The files of a container below a root of their own. */
  private static void laidOut(String service, Path root) throws IOException {
    for (Map.Entry<String, String> mount : mounts(service).entrySet()) {
      Path target = root.resolve(mount.getKey().substring(1));
      Files.createDirectories(target.getParent());
      Programs.Ended copied =
          Programs.run(List.of("cp", "-r", mount.getValue(), target.toString()));
      assertThat(copied.code()).as(copied.output()).isZero();
    }
  }
}
