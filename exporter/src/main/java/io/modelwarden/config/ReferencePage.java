// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

/** docs/configuration.md, made from the declarations so that it cannot lag behind. */
public final class ReferencePage {

  private ReferencePage() {}

  public static String render() {
    StringBuilder page =
        new StringBuilder(
            """
            # Configuration

            Made from the code; do not edit. A YAML file (`--config`) with these keys, nested at the dots;
            each can be overridden by its variable, where lists are separated by commas and pairs are
            written `pattern=name`; rules are written as in the file, in YAML's flow style. An unknown key or
            variable is refused. `OTEL_*` variables of the OpenTelemetry SDK work unchanged; the export interval
            is `OTEL_METRIC_EXPORT_INTERVAL`.

            | key | variable | default | rule | meaning |
            |---|---|---|---|---|
            """);
    for (Key<?> key : Keys.all()) {
      page.append(
          "| `%s` | `%s` | %s | %s | %s |\n"
              .formatted(
                  key.name(),
                  key.variable(),
                  key.defaultText().isEmpty()
                      ? "none"
                      : "`" + key.defaultText().replace(",", ", ") + "`",
                  key.rule(),
                  key.meaning()));
    }
    return page.toString();
  }
}
