// SPDX-License-Identifier: Apache-2.0
package io.modelwarden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every test that docs/blind-spots.md names exists. */
class BlindSpotPageTest {

  private static final Path REPOSITORY =
      Path.of(System.getProperty("modelwarden.repository", ".."));
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)\\.(\\w+)`");

  @Test
  void testsThatThePageNames_exist() throws IOException {
    Matcher named = NAMED.matcher(Files.readString(REPOSITORY.resolve("docs/blind-spots.md")));
    List<Path> sources;
    try (Stream<Path> files = Files.walk(REPOSITORY.resolve("exporter/src/test/java"))) {
      sources = files.toList();
    }
    int found = 0;
    while (named.find()) {
      found++;
      Path source =
          sources.stream()
              .filter(file -> file.endsWith(named.group(1) + ".java"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no test class " + named.group(1)));
      assertThat(Files.readString(source)).contains("void " + named.group(2) + "(");
    }
    assertThat(found).isGreaterThan(10);
  }
}
