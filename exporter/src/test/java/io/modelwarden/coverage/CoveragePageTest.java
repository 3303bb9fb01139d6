// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.coverage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/coverage.md, and what it takes for a way to be on it. */
class CoveragePageTest {

  private static final Path REPOSITORY =
      Path.of(System.getProperty("modelwarden.repository", ".."));

  @TempDir private Path repository;

  /** With -Dcoverage.write=true, as `make docs` does, it is written instead. */
  @Test
  void page_saysWhatTheTestsPlay() throws Exception {
    String page = CoveragePage.of(declared());
    Path place = CoveragePage.in(REPOSITORY);
    if (Boolean.getBoolean("coverage.write")) {
      Files.writeString(place, page, UTF_8);
    }
    assertThat(place).as("run make docs").hasContent(page);
  }

  @Test
  void ways_areAtLeastThoseThatWerePromised() throws Exception {
    assertThat(declared().stream().map(PlayedWay::name).distinct().count())
        .isGreaterThanOrEqualTo(36);
  }

  @Test
  void wayOfWhichOneInvocationFailed_isNotShown() throws IOException {
    PlayedWays played = new PlayedWays(repository);
    PlayedWay good = way("read", Bytes.EXACT, "ATest.reads");
    PlayedWay bad = way("write", Bytes.EXACT, "ATest.writes");
    played.add(CoveragePageTest.class, good, true);
    played.add(CoveragePageTest.class, bad, true);
    played.add(CoveragePageTest.class, bad, false);
    assertThat(played.passed()).containsExactly(good);
  }

  @Test
  void classThatIsRunAgain_hasShownNothingYet() throws IOException {
    PlayedWays played = new PlayedWays(repository);
    PlayedWay other = way("write", Bytes.EXACT, "BTest.writes");
    played.add(CoveragePageTest.class, way("read", Bytes.EXACT, "ATest.reads"), true);
    played.add(PlayedWays.class, other, true);
    played.begin(CoveragePageTest.class);
    assertThat(played.passed()).containsExactly(other);
  }

  @Test
  void testsOfOneWay_shareItsLine() {
    assertThat(
            CoveragePage.of(
                List.of(
                    way("read", Bytes.EXACT, "BTest.reads"),
                    way("read", Bytes.EXACT, "ATest.reads"))))
        .contains("1 ways: 1 counted to the byte")
        .contains(
            "| read (a note) | yes | exact | `sys_exit` | 6.3 | `ATest.reads`, `BTest.reads` |");
  }

  @Test
  void testsThatDisagreeOnAWay_makeNoPage() {
    assertThatThrownBy(
            () ->
                CoveragePage.of(
                    List.of(
                        way("read", Bytes.EXACT, "ATest.reads"),
                        way("read", Bytes.UNSEEN, "BTest.reads"))))
        .hasMessageContaining("ATest.reads")
        .hasMessageContaining("BTest.reads");
  }

  @ParameterizedTest
  @CsvSource({
    "'[1] read, 4096', read, true",
    "'[2] pread64, 4096', read, false",
    "'[3] int80_open', int80, false",
    "'curl, HTTP', HTTP, true",
  })
  void invocation_playsAWayByWholeWordsOfItsName(String name, String words, boolean plays) {
    assertThat(WayRecorder.plays(name, words)).isEqualTo(plays);
    assertThat(WayRecorder.plays(name, "nothing", words)).isEqualTo(plays);
    assertThat(WayRecorder.plays(name)).isTrue();
  }

  private static PlayedWay way(String name, Bytes bytes, String test) {
    return new PlayedWay(Kind.READ, name, bytes, List.of(Hook.SYS_EXIT), "a note", test);
  }

  private static List<PlayedWay> declared() throws IOException, URISyntaxException {
    List<PlayedWay> declared = new ArrayList<>();
    for (Class<?> testClass : testClasses()) {
      for (Method method : testClass.getDeclaredMethods()) {
        for (Way way : method.getAnnotationsByType(Way.class)) {
          declared.add(PlayedWay.of(way, testClass, method.getName()));
        }
      }
    }
    return declared;
  }

  private static List<Class<?>> testClasses() throws IOException, URISyntaxException {
    Path root =
        Path.of(CoveragePageTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(file -> root.relativize(file).toString())
          .filter(name -> name.endsWith("Test.class"))
          .map(name -> name.replace(".class", "").replace('/', '.'))
          .sorted()
          .<Class<?>>map(CoveragePageTest::load)
          .toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, CoveragePageTest.class.getClassLoader());
    } catch (ClassNotFoundException missing) {
      throw new AssertionError(missing);
    }
  }
}
