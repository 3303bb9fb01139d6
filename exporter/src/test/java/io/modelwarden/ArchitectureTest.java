// SPDX-License-Identifier: Apache-2.0
package io.modelwarden;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.Map;
import java.util.Set;

/**
 * Who may import whom. Facts flow from the kernel outwards: what is acquired knows nothing of what
 * is concluded, what is concluded nothing of how it is told.
 */
@AnalyzeClasses(packages = "io.modelwarden", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String ROOT = "io.modelwarden.";

  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("event", Set.of()),
          Map.entry("btf", Set.of()),
          Map.entry("libbpf", Set.of()),
          Map.entry("model", Set.of()),
          Map.entry("workload", Set.of()),
          Map.entry("config", Set.of()),
          Map.entry("policy", Set.of("config")),
          Map.entry("probe", Set.of("event", "btf", "libbpf")),
          Map.entry("session", Set.of("event", "model", "workload")),
          Map.entry("state", Set.of("event", "session")),
          Map.entry("audit", Set.of("event", "config")),
          Map.entry("telemetry", Set.of("event", "session", "workload", "audit")),
          Map.entry("top", Set.of("event", "session", "workload", "config")),
          Map.entry(
              "agent",
              Set.of(
                  "event",
                  "btf",
                  "libbpf",
                  "probe",
                  "model",
                  "workload",
                  "session",
                  "state",
                  "telemetry",
                  "top",
                  "policy",
                  "audit",
                  "config")));

  @ArchTest
  static final ArchRule packages_importOnlyWhatStandsBelowThem =
      ArchRuleDefinition.classes().should(importOnlyWhatIsAllowed());

  @ArchTest
  static final ArchRule jna_staysInOnePackage =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.modelwarden.libbpf..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.sun.jna..");

  @ArchTest
  static final ArchRule jna_isNotSeenFromOutside =
      ArchRuleDefinition.classes()
          .that()
          .resideInAPackage("io.modelwarden.libbpf..")
          .and()
          .arePublic()
          .should(PublicSignatures.without("com.sun.jna"));

  @ArchTest
  static final ArchRule openTelemetry_staysInTelemetry =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.modelwarden.telemetry..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.opentelemetry..");

  @ArchTest
  static final ArchRule micrometer_staysInAgent =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.modelwarden.agent..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.micrometer..");

  @ArchTest
  static final ArchRule terminalAndItsJson_stayInTop =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.modelwarden.top..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.jline..", "com.fasterxml.jackson.jr..");

  /** The client of the API server is told by one how to read. */
  @ArchTest
  static final ArchRule jackson_staysWhereDocumentsAre =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.modelwarden.top..",
              "io.modelwarden.policy..",
              "io.modelwarden.audit..",
              "io.modelwarden.workload.kubernetes..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule yaml_staysInConfig =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.modelwarden.config..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.snakeyaml..");

  @ArchTest
  static final ArchRule kubernetesClient_staysInOnePackage =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.modelwarden.workload.kubernetes..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.fabric8..");

  @ArchTest
  static final ArchRule workload_isUsableWithoutACluster =
      noClasses()
          .that()
          .resideInAPackage("io.modelwarden.workload")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.modelwarden.workload.kubernetes..");

  private static ArchCondition<JavaClass> importOnlyWhatIsAllowed() {
    return new ArchCondition<>("import only packages below") {
      @Override
      public void check(JavaClass importing, ConditionEvents events) {
        String from = packageOf(importing);
        Set<String> allowed = MAY_IMPORT.get(from);
        importing
            .getDirectDependenciesFromSelf()
            .forEach(
                dependency -> {
                  String to = packageOf(dependency.getTargetClass());
                  boolean ours = !to.isEmpty() && !to.equals(from);
                  if (ours && (allowed == null || !allowed.contains(to))) {
                    events.add(
                        SimpleConditionEvent.violated(importing, dependency.getDescription()));
                  }
                });
      }
    };
  }

  /** The first package below the root, or empty if the class is not ours. */
  private static String packageOf(JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith(ROOT) ? name.substring(ROOT.length()).split("\\.")[0] : "";
  }
}
