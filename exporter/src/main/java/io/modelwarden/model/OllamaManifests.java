// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names of Ollama's blobs. Beside {@code blobs/sha256-…} lies {@code
 * manifests/HOST/SPACE/MODEL/TAG}, a JSON file that lists the digests of a model's parts.
 */
public final class OllamaManifests {

  private static final Pattern BLOB =
      Pattern.compile("(.*)/blobs/sha256-([0-9a-f]{64})", Pattern.DOTALL);
  private static final int MOST_ENTRIES = 4096;
  private static final int MOST_BYTES = 64 * 1024;
  private static final int DEPTH = 4;

  private OllamaManifests() {}

  /**
   * The name by which a person pulls the model: {@code llama3:8b}, {@code space/model:tag}.
   *
   * @param root folder under which the path is found, such as /proc/PID/root
   * @param path of the blob, absolute
   * @return empty if it is no blob or no manifest that can be read names it
   */
  public static Optional<String> nameOf(Path root, String path) {
    Matcher blob = BLOB.matcher(path);
    if (!blob.matches()) {
      return Optional.empty();
    }
    Path manifests = root.resolve("./" + blob.group(1) + "/manifests");
    try (Stream<Path> files = Files.find(manifests, DEPTH, OllamaManifests::isManifest)) {
      return files
          .limit(MOST_ENTRIES)
          .filter(file -> file.getNameCount() - manifests.getNameCount() == DEPTH)
          .filter(file -> names(file, "sha256:" + blob.group(2)))
          .map(manifests::relativize)
          .map(OllamaManifests::shown)
          .findFirst();
    } catch (IOException | UncheckedIOException unreadable) {
      return Optional.empty();
    }
  }

  /** Links are not followed, and nothing is opened that could wait for somebody. */
  private static boolean isManifest(Path file, BasicFileAttributes attributes) {
    return attributes.isRegularFile() && attributes.size() <= MOST_BYTES;
  }

  private static boolean names(Path manifest, String digest) {
    try {
      return Files.readString(manifest, StandardCharsets.ISO_8859_1).contains(digest);
    } catch (IOException gone) {
      return false;
    }
  }

  private static String shown(Path manifest) {
    String space = manifest.getName(1).toString();
    String model = manifest.getName(2) + ":" + manifest.getName(3);
    return space.equals("library") ? model : space + "/" + model;
  }
}
