// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From a file and the environment to settings, or to one message. */
public final class SettingsLoader {

  private static final String PREFIX = "MODELWARDEN_";
  private static final String COLLECTOR_PREFIX = "MODELWARDEN_RULE_";

  private final Map<String, Raw> values;

  private SettingsLoader(Map<String, Raw> values) {
    this.values = values;
  }

  /**
   * @param file YAML, or null for defaults
   * @param environment wins over the file
   * @throws ConfigurationException at the first value that breaks its rule
   */
  public static Settings load(@Nullable Path file, Map<String, String> environment) {
    if (environment.containsKey("OTEL_CONFIG_FILE")) {
      throw new ConfigurationException(
          "OTEL_CONFIG_FILE="
              + environment.get("OTEL_CONFIG_FILE")
              + ": declarative configuration leaves out the metrics of this agent: unset it and use"
              + " OTEL_* variables");
    }
    Map<String, Raw> values = file == null ? new HashMap<>() : YamlFile.read(file);
    values.putAll(variables(environment));
    SettingsLoader loader = new SettingsLoader(values);
    Settings settings = loader.settings();
    loader.checkTogether(settings);
    return settings;
  }

  private static Map<String, Raw> variables(Map<String, String> environment) {
    Map<String, Key<?>> byVariable = new HashMap<>();
    Keys.all().forEach(key -> byVariable.put(key.variable(), key));
    Map<String, Raw> values = new HashMap<>();
    environment.forEach(
        (name, text) -> {
          if (!name.startsWith(PREFIX) || name.startsWith(COLLECTOR_PREFIX)) {
            return;
          }
          Key<?> key = byVariable.get(name);
          if (key == null) {
            throw new ConfigurationException(
                name + ": unknown setting" + Suggestion.of(name, byVariable.keySet()));
          }
          values.put(key.name(), raw(key, name, text));
        });
    return values;
  }

  private static Raw raw(Key<?> key, String place, String text) {
    try {
      return Raw.parse(place, key.kind(), text);
    } catch (IllegalArgumentException wrong) {
      throw refusal(place, key, text, wrong.getMessage());
    }
  }

  private Settings settings() {
    return new Settings(
        new Settings.Models(
            get(Keys.SUFFIXES),
            get(Keys.PATHS),
            get(Keys.NAMES),
            get(Keys.DETECT_CONTENT),
            get(Keys.MINIMUM_SIZE),
            get(Keys.CONTENT_MINIMUM_SIZE)),
        get(Keys.HOLDS_MODEL),
        new Settings.Workloads(get(Keys.INCLUDE), get(Keys.EXCLUDE)),
        new Settings.Network(
            get(Keys.POD_CIDRS),
            get(Keys.CLUSTER_CIDRS),
            get(Keys.OUTSIDE_CIDRS),
            get(Keys.PROXIES),
            get(Keys.PEER_ADDRESS).equals("full")),
        new Settings.Session(get(Keys.QUIET_PERIOD), get(Keys.SLICE), get(Keys.MAXIMUM)),
        get(Keys.WINDOW),
        new Settings.Phase(
            get(Keys.PHASE_END).equals("ready"), get(Keys.GRACE_PERIOD), get(Keys.PHASE_MAXIMUM)),
        new Settings.Marks(get(Keys.AFTER_EXEC), get(Keys.INHERITED)),
        new Settings.Trail(
            get(Keys.TRAIL_HOPS),
            get(Keys.TRAIL_LIFETIME),
            get(Keys.TRAIL_CHANNELS),
            get(Keys.TRAIL_SERVER_SHARE),
            get(Keys.TRAIL_SERVER_WINDOW),
            get(Keys.TRAIL_SERVER_ACCEPTED)),
        new Settings.Kubernetes(
            get(Keys.KUBECONFIG),
            get(Keys.CLUSTER_NAME),
            get(Keys.NAMES_WAIT),
            get(Keys.POD_LABELS),
            get(Keys.POD_ANNOTATIONS)),
        new Settings.Metrics(get(Keys.SERIES_LIMIT), get(Keys.FILE_PATHS)),
        new Settings.Http(get(Keys.LISTEN), get(Keys.FILE_METRICS)),
        get(Keys.TOP_SOCKET).orElse(null),
        get(Keys.STATE_FILE).orElse(null),
        new Settings.Kernel(
            get(Keys.COUNTER_ENTRIES),
            get(Keys.RING_SIZE),
            get(Keys.POLL_INTERVAL),
            get(Keys.TOUCHED_INTERVAL),
            get(Keys.RACE_WITNESS)));
  }

  private <T> T get(Key<T> key) {
    Raw raw =
        Optional.ofNullable(values.get(key.name()))
            .orElseGet(() -> Raw.parse("default", key.kind(), key.defaultText()));
    try {
      return key.parse().apply(raw);
    } catch (IllegalArgumentException wrong) {
      throw refusal(raw.place(), key, raw.text(), wrong.getMessage());
    }
  }

  private void checkTogether(Settings settings) {
    if (settings.models().contentMinimumSizeBytes() < settings.models().minimumSizeBytes()) {
      throw new ConfigurationException(
          "models.content-minimum-size: "
              + settings.models().contentMinimumSizeBytes()
              + " is smaller than models.minimum-size ("
              + settings.models().minimumSizeBytes()
              + "): raise the one or lower the other");
    }
  }

  private static ConfigurationException refusal(
      String place, Key<?> key, String text, String problem) {
    String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
    String value = key.kind() == Key.Kind.TEXT ? "'" + shown + "' " : "";
    return new ConfigurationException(
        place + ": " + key.name() + ": " + value + problem + " (" + key.rule() + ")");
  }
}
