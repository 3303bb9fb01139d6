// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes docs/configuration.md and docs/examples/modelwarden.yaml: the only argument is the
 * repository.
 */
public final class ConfigurationReference {

  private ConfigurationReference() {}

  public static void main(String[] arguments) throws IOException {
    Path repository = Path.of(arguments[0]);
    Files.writeString(pageIn(repository), ReferencePage.render());
    Files.writeString(exampleIn(repository), ExampleFile.render(ExampleFile.EXAMPLES));
  }

  static Path exampleIn(Path repository) {
    return repository.resolve("docs/examples/modelwarden.yaml");
  }

  static Path pageIn(Path repository) {
    return repository.resolve("docs/configuration.md");
  }
}
