// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.ConfigurationException;
import io.modelwarden.config.Settings;
import io.modelwarden.config.SettingsLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The settings file while the agent runs. It is looked at again and again, because what mounts it
 * (a ConfigMap) puts another file in its place through links, which no watch of the folder tells.
 */
final class SettingsWatch {

  private static final Logger logger = Logger.getLogger(SettingsWatch.class.getName());

  private record Version(@Nullable Object file, FileTime time, long bytes) {}

  private final Path file;
  private final Map<String, String> environment;
  private @Nullable Version version;

  /**
   * @param environment wins over the file
   */
  SettingsWatch(Path file, Map<String, String> environment) {
    this.file = file;
    this.environment = environment;
  }

  /** The settings where the file has changed since the last look and can be used. */
  Optional<Settings> look() {
    Version now = versionNow();
    if (now == null || now.equals(version)) {
      return Optional.empty();
    }
    version = now;
    try {
      Settings settings = SettingsLoader.load(file, environment);
      return now.equals(versionNow()) ? Optional.of(settings) : again();
    } catch (ConfigurationException wrong) {
      logger.log(Level.WARNING, "{0}: the settings from before stay in force", wrong.getMessage());
      return Optional.empty();
    }
  }

  /** It was being written: the next look finds it whole. */
  private Optional<Settings> again() {
    version = null;
    return Optional.empty();
  }

  private @Nullable Version versionNow() {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Version(now.fileKey(), now.lastModifiedTime(), now.size());
    } catch (IOException gone) {
      return null; // it is being replaced
    }
  }
}
