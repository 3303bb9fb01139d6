// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsLoaderTest {

  @TempDir Path folder;

  @Test
  void defaults_areValid() {
    Settings settings = SettingsLoader.load(null, Map.of());
    assertThat(settings.models().suffixes()).contains(".safetensors", ".gguf", ".onnx", ".pth");
    assertThat(settings.models().minimumSizeBytes()).isEqualTo(1 << 20);
    assertThat(settings.models().contentMinimumSizeBytes()).isEqualTo(64 << 20);
    assertThat(settings.http().listen()).hasToString("127.0.0.1:9464");
  }

  @Test
  void file_isReadAndTheEnvironmentWins() throws IOException {
    Path file =
        write(
            """
            models:
              suffixes: [.bin, .safetensors]
              names: {/srv/llama/**: llama}
              minimum-size: 2MiB
            network: {proxies: ["[2001:db8::1]:3128"], outside-cidrs: [10.9.0.0/16]}
            session: {quiet-period: 3s}
            """);
    Settings settings =
        SettingsLoader.load(file, Map.of("MODELWARDEN_SESSION_QUIET_PERIOD", "7s", "OTHER", "x"));
    assertThat(settings.models().suffixes()).containsExactly(".bin", ".safetensors");
    assertThat(settings.models().names()).containsEntry("/srv/llama/**", "llama");
    assertThat(settings.models().minimumSizeBytes()).isEqualTo(2 << 20);
    assertThat(settings.network().proxies())
        .singleElement()
        .satisfies(proxy -> assertThat(proxy.port()).isEqualTo(3128));
    assertThat(settings.session().quietPeriod()).isEqualTo(Duration.ofSeconds(7));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MODELWARDEN_MODELS_SUFFIXES|safetensors|MODELWARDEN_MODELS_SUFFIXES: models.suffixes: has the suffix 'safetensors': write a dot and 1 to 15 of a-z, 0-9, '.', '_', '-' (at most 32, each a dot and 1 to 15 of a-z, 0-9, '.', '_', '-')",
        "MODELWARDEN_MODELS_MINIMUM_SIZE|2MB3|MODELWARDEN_MODELS_MINIMUM_SIZE: models.minimum-size: '2MB3' is not a size such as 1048576, 64MiB or 1GB (4KiB to 1TiB)",
        "MODELWARDEN_MODELS_PATHS|models|MODELWARDEN_MODELS_PATHS: models.paths: has the path 'models': write it from / on, on one line (absolute; * and ? within a name, ** over folders)",
        "MODELWARDEN_NETWORK_POD_CIDRS|10.0.0.1/8|MODELWARDEN_NETWORK_POD_CIDRS: network.pod-cidrs: has '10.0.0.1/8', which has bits behind its prefix of 8: write the network's first address (networks such as 10.244.0.0/16)",
        "MODELWARDEN_HTTP_LISTEN|127.0.0.1:99999|MODELWARDEN_HTTP_LISTEN: http.listen: '127.0.0.1:99999' needs a port from 0 to 65535 (address:port; port 0 takes a free one)",
        "MODELWARDEN_SESSION_SLICE|2h|MODELWARDEN_SESSION_SLICE: session.slice: '2h' is not from 1s to 60s (1s to 60s)",
        "MODELWARDEN_KERNEL_RING_SIZE|100000|MODELWARDEN_KERNEL_RING_SIZE: kernel.ring-size: '100000' is not a power of two, such as 1MiB (a power of two from 64KiB to 64MiB)",
        "MODELWARDEN_MODELS_NAMES|/srv/a|MODELWARDEN_MODELS_NAMES: models.names: is not written as pattern=name (absolute pattern to name)",
        "MODELWARDEN_MODELS_NAMES|/srv/a=|MODELWARDEN_MODELS_NAMES: models.names: has no usable name for '/srv/a': write 1 to 200 characters (absolute pattern to name)",
        "MODELWARDEN_HOLDS_MODEL|vllm=llama|MODELWARDEN_HOLDS_MODEL: holds-model: has the path 'vllm': write it from / on, on one line (absolute pattern of an executable to name of a model, or NAME=SIZE such as llama-70b=140GB)",
        "MODELWARDEN_HOLDS_MODEL|/a=llama=140GBB|MODELWARDEN_HOLDS_MODEL: holds-model: has 'llama=140GBB' for '/a', which is not a size such as 1048576, 64MiB or 1GB (absolute pattern of an executable to name of a model, or NAME=SIZE such as llama-70b=140GB)",
        "MODELWARDEN_HOLDS_MODEL|/a==1GB|MODELWARDEN_HOLDS_MODEL: holds-model: has '=1GB' for '/a', which is no name of a model with its size (absolute pattern of an executable to name of a model, or NAME=SIZE such as llama-70b=140GB)",
        "MODELWARDEN_STATE_FILE|state|MODELWARDEN_STATE_FILE: state.file: 'state' is no path of a file, such as /var/lib/modelwarden/state (an absolute path, or empty for none)",
        "MODELWARDEN_MODELS_DETECT_CONTENT|yes|MODELWARDEN_MODELS_DETECT_CONTENT: models.detect-content: 'yes' is not true or false (true or false)",
        "MODELWARDEN_NETWORK_PEER_ADDRESS|none|MODELWARDEN_NETWORK_PEER_ADDRESS: network.peer-address: 'none' is not one of prefix, full (prefix or full)",
        "MODELWARDEN_NETWORK_PROXIES|10.0.0.1:0|MODELWARDEN_NETWORK_PROXIES: network.proxies: has '10.0.0.1:0', which needs a port from 1 to 65535 (address:port, IPv6 in brackets)",
        "MODELWARDEN_METRICS_SERIES_LIMIT|1|MODELWARDEN_METRICS_SERIES_LIMIT: metrics.series-limit: '1' is not a number from 10 to 100000 (10 to 100000)",
        "MODELWARDEN_MODELS_MINIMUM_SIZE|999999999999999999TiB|MODELWARDEN_MODELS_MINIMUM_SIZE: models.minimum-size: '999999999999999999TiB' is too large (4KiB to 1TiB)",
        "MODELWARDEN_PHASE_MAXIMUM|10|MODELWARDEN_PHASE_MAXIMUM: phase.maximum: '10' is not a duration such as 500ms, 10s, 5m, 24h or 30d (1m to 24h)",
        "MODELWARDEN_TOP_SOCKET|agent.sock|MODELWARDEN_TOP_SOCKET: top.socket: 'agent.sock' is no path of a socket, such as /run/modelwarden/agent.sock (an absolute path of at most 100 bytes, or empty for none)",
        "MODELWARDEN_SESION_SLICE|5s|MODELWARDEN_SESION_SLICE: unknown setting: did you mean MODELWARDEN_SESSION_SLICE?",
        "OTEL_CONFIG_FILE|x.yaml|OTEL_CONFIG_FILE=x.yaml: declarative configuration leaves out the metrics of this agent: unset it and use OTEL_* variables"
      })
  void wrongVariable_isRefusedWithValueRuleAndRemedy(String name, String value, String message) {
    assertThatThrownBy(() -> SettingsLoader.load(null, Map.of(name, value)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
  }

  @Test
  void anEmptySocket_switchesItOff() throws IOException {
    assertThat(SettingsLoader.load(null, Map.of()).topSocket())
        .isEqualTo(Path.of("/run/modelwarden/agent.sock"));
    assertThat(SettingsLoader.load(null, Map.of("MODELWARDEN_TOP_SOCKET", "")).topSocket())
        .isNull();
    assertThat(SettingsLoader.load(write("top: {socket: ''}"), Map.of()).topSocket()).isNull();
  }

  @Test
  void collectorsVariables_areNotOurs() {
    SettingsLoader.load(null, Map.of("MODELWARDEN_RULE_INSIDE_CIDRS", "anything"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "models: {sufixes: [.pt]}|:1: models.sufixes: unknown setting: did you mean models.suffixes?",
        "models:\\n  minimum-size: 1MiB\\n  paths: [srv]|:3: models.paths: has the path 'srv': write it from / on, on one line (absolute;",
        "session: {slice: 5s}\\nsession: {slice: 6s}|:2: session.slice: is there twice: keep one",
        "holds-model: {/a: x, /a: y}|:1: holds-model./a: is there twice: keep one",
        "\"a\\x07b\": 1|:1: a\\x07b: unknown setting",
        "--- {}\\n--- {}|:2: is not valid YAML: ",
        "models: [1]|:1: models: is not a map of settings",
        "models: {paths: [[a]]}|:1: a single value is needed here, not a list or map",
        "models: 5|:1: models: is not a map of settings",
        "models:\\n  paths: [1, 2|:2: is not valid YAML: ",
        "models: {suffixes: 3}|:1: models.suffixes: is not a list",
        "a: &a [x, x]\\nb: [*a, *a]\\nc: [*a, *a]|: is not valid YAML: "
      })
  void wrongFile_isRefusedWithItsLine(String text, String message) throws IOException {
    Path file = write(text.replace("\\n", "\n"));
    assertThatThrownBy(() -> SettingsLoader.load(file, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(file + message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void deepBinaryLargeAndMissingFiles_areRefusedInOneLine() throws IOException {
    refused(write("a: " + "[".repeat(100_000)));
    refused(
        Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1}));
    refused(write("#" + "x".repeat(2_000_000)));
    refused(folder.resolve("missing.yaml"));
    refused(folder);
    refused(Path.of("/dev/zero"));
  }

  @Test
  void emptyFilesAndSections_leaveTheDefaults() throws IOException {
    for (String text : new String[] {"", "# nothing\n", "models:\n  # paths: [/srv]\nsession:\n"}) {
      assertThat(SettingsLoader.load(write(text), Map.of()))
          .isEqualTo(SettingsLoader.load(null, Map.of()));
    }
  }

  @Test
  void hostileValues_areShownOnOneShortLine() {
    assertThatThrownBy(
            () ->
                SettingsLoader.load(
                    null,
                    Map.of("MODELWARDEN_MODELS_PATHS", "a\n\u001b[31m" + "x".repeat(100_000))))
        .hasMessageStartingWith(
            "MODELWARDEN_MODELS_PATHS: models.paths: has the path 'a\\x0a\\x1b[31mx")
        .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(1100).endsWith("…"));
  }

  @Test
  void sizes_mustFitTogether() {
    assertThatThrownBy(
            () -> SettingsLoader.load(null, Map.of("MODELWARDEN_MODELS_MINIMUM_SIZE", "100MiB")))
        .hasMessageContaining("models.content-minimum-size")
        .hasMessageContaining("raise the one or lower the other");
  }

  @Test
  void referencePage_isMadeFromTheCode() throws IOException {
    Path repository = Path.of(System.getProperty("modelwarden.repository", ".."));
    assertThat(Files.readString(ConfigurationReference.pageIn(repository)))
        .as("run ConfigurationReference with the repository as its argument")
        .isEqualTo(ReferencePage.render());
  }

  @Test
  void example_isMadeFromTheCode() throws IOException {
    Path repository = Path.of(System.getProperty("modelwarden.repository", ".."));
    assertThat(Files.readString(ConfigurationReference.exampleIn(repository)))
        .as("run ConfigurationReference with the repository as its argument")
        .isEqualTo(ExampleFile.render(ExampleFile.EXAMPLES));
  }

  @Test
  void example_showsTheDefaults_commentedOrNot() throws IOException {
    Settings defaults = SettingsLoader.load(null, Map.of());
    String withoutExamples = ExampleFile.render(Map.of());
    assertThat(SettingsLoader.load(write(withoutExamples), Map.of())).isEqualTo(defaults);
    assertThat(SettingsLoader.load(write(uncommented(withoutExamples)), Map.of()))
        .isEqualTo(defaults);
  }

  @Test
  void example_isValidWithEverySettingTakenIn() throws IOException {
    Settings all =
        SettingsLoader.load(write(uncommented(ExampleFile.render(ExampleFile.EXAMPLES))), Map.of());
    assertThat(all.models().paths()).containsExactly("/srv/models", "/mnt/models/**");
    assertThat(all.holdsModel())
        .containsEntry("/opt/streamer/bin/*", new DeclaredModel("llama-70b", 140_000_000_000L));
    assertThat(all.network().podCidrs()).hasSize(2);
    assertThat(all.network().proxies()).hasSize(2);
  }

  /** Lines that are settings; the others are sentences. */
  private static String uncommented(String example) {
    return example.replaceAll("(?m)^( *)# ([a-z-]+: )", "$1$2");
  }

  private void refused(Path file) {
    assertThatThrownBy(() -> SettingsLoader.load(file, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(file.toString())
        .hasMessageNotContaining("\n");
  }

  private Path write(String text) throws IOException {
    Path file = Files.createTempFile(folder, "settings", ".yaml");
    return Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
