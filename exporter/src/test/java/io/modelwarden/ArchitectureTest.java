// SPDX-License-Identifier: Apache-2.0
package io.modelwarden;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Imports point inwards: facts and formats know nobody, the kernel's side does not know sessions,
 * sessions do not know how they are exported, and nobody knows the agent that wires them.
 */
class ArchitectureTest {

  private static final String ROOT = "io.modelwarden";

  /** What each package may import of ours. A new package gets its line here first. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.of(
          "event", Set.of(),
          "btf", Set.of(),
          "libbpf", Set.of(),
          "model", Set.of(),
          "config", Set.of(),
          "workload", Set.of(),
          "probe", Set.of("event", "btf", "libbpf"),
          "session", Set.of("event", "model", "workload"),
          "telemetry", Set.of("event", "session", "workload"),
          "agent",
              Set.of(
                  "event",
                  "btf",
                  "libbpf",
                  "model",
                  "config",
                  "workload",
                  "probe",
                  "session",
                  "telemetry"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  static Stream<Arguments> imports() {
    return ALLOWED.entrySet().stream()
        .map(entry -> Arguments.argumentSet(entry.getKey(), entry.getKey(), entry.getValue()));
  }

  @ParameterizedTest
  @MethodSource("imports")
  void package_importsOnlyWhatIsBelowIt(String name, Set<String> allowed) {
    String[] forbidden =
        ALLOWED.keySet().stream()
            .filter(other -> !other.equals(name) && !allowed.contains(other))
            .map(ArchitectureTest::tree)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(tree(name))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void everyPackage_hasItsPlaceInTheOrder() {
    Set<String> found =
        CLASSES.stream()
            .map(type -> type.getPackageName().substring(ROOT.length()).replaceFirst("^\\.", ""))
            .map(name -> name.split("\\.", 2)[0])
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(found).isNotEmpty().isSubsetOf(ALLOWED.keySet());
  }

  @Test
  void jna_staysInLibbpf() {
    onlyIn(Set.of("libbpf"), "com.sun.jna..");
  }

  @Test
  void openTelemetry_staysInTelemetryAndTheAgentsWiring() {
    onlyIn(Set.of("telemetry", "agent"), "io.opentelemetry..");
  }

  @Test
  void micrometer_staysInTheAgent() {
    onlyIn(Set.of("agent"), "io.micrometer..", "io.prometheus..");
  }

  @Test
  void seamOfLibbpf_showsNoTypeOfJna() {
    classes()
        .that()
        .resideInAPackage(tree("libbpf"))
        .and()
        .arePublic()
        .should(PublicSignatures.without("com.sun.jna"))
        .check(CLASSES);
  }

  private static void onlyIn(Set<String> packages, String... library) {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            packages.stream().map(ArchitectureTest::tree).toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(library)
        .check(CLASSES);
  }

  private static String tree(String name) {
    return ROOT + "." + name + "..";
  }
}
