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
        "MODELWARDEN_MODELS_SUFFIXES|safetensors|MODELWARDEN_MODELS_SUFFIXES: models.suffixes: has the suffix 'safetensors': write a dot and 1 to 15 lower-case letters or digits (at most 32, each a dot and 1 to 15 lower-case letters or digits)",
        "MODELWARDEN_MODELS_MINIMUM_SIZE|2MB3|MODELWARDEN_MODELS_MINIMUM_SIZE: models.minimum-size: '2MB3' is not a size such as 1048576, 64MiB or 1GB (4KiB to 1TiB)",
        "MODELWARDEN_MODELS_PATHS|models|MODELWARDEN_MODELS_PATHS: models.paths: has the path 'models': write it from / on, on one line (absolute; * and ? within a name, ** over folders)",
        "MODELWARDEN_NETWORK_POD_CIDRS|10.0.0.1/8|MODELWARDEN_NETWORK_POD_CIDRS: network.pod-cidrs: has '10.0.0.1/8', which has bits behind its prefix of 8: write the network's first address (networks such as 10.244.0.0/16)",
        "MODELWARDEN_HTTP_LISTEN|127.0.0.1:99999|MODELWARDEN_HTTP_LISTEN: http.listen: '127.0.0.1:99999' needs a port from 0 to 65535 (address:port; port 0 takes a free one)",
        "MODELWARDEN_SESSION_SLICE|2h|MODELWARDEN_SESSION_SLICE: session.slice: '2h' is not from 1s to 60s (1s to 60s)",
        "MODELWARDEN_KERNEL_RING_SIZE|100000|MODELWARDEN_KERNEL_RING_SIZE: kernel.ring-size: '100000' is not a power of two, such as 1MiB (a power of two from 64KiB to 64MiB)",
        "MODELWARDEN_SESION_SLICE|5s|MODELWARDEN_SESION_SLICE: unknown setting: did you mean MODELWARDEN_SESSION_SLICE?",
        "OTEL_CONFIG_FILE|x.yaml|OTEL_CONFIG_FILE=x.yaml: declarative configuration leaves out the metrics of this agent: unset it and use OTEL_* variables"
      })
  void wrongVariable_isRefusedWithValueRuleAndRemedy(String name, String value, String message) {
    assertThatThrownBy(() -> SettingsLoader.load(null, Map.of(name, value)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
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
        "models: 5|:1: models: is not a map of settings",
        "a: [1, 2|: is not valid YAML: ",
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
  void example_isValid() {
    Path repository = Path.of(System.getProperty("modelwarden.repository", ".."));
    SettingsLoader.load(repository.resolve("docs/examples/modelwarden.yaml"), Map.of());
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
