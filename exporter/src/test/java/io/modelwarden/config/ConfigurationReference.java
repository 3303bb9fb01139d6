// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes docs/configuration.md: the only argument is the repository. */
public final class ConfigurationReference {

  private ConfigurationReference() {}

  public static void main(String[] arguments) throws IOException {
    Files.writeString(pageIn(Path.of(arguments[0])), ReferencePage.render());
  }

  static Path pageIn(Path repository) {
    return repository.resolve("docs/configuration.md");
  }
}
