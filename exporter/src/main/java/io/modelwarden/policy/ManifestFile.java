// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import io.modelwarden.config.YamlNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The manifest as YAML. */
final class ManifestFile {

  private static final List<String> SECTIONS = List.of("read", "egress", "memory", "reload");
  private static final List<String> PLACE = List.of("host", "namespace", "workload", "origins");
  private static final List<String> ACCESS = with("executables", "paths", "models");
  private static final List<String> EGRESS =
      with("executables", "scope", "cidrs", "ports", "bytes-a-day");
  private static final List<String> MEMORY =
      with("executables", "methods", "targets", "same-container", "bytes-a-day");

  private static List<String> with(String... fields) {
    List<String> all = new ArrayList<>(PLACE);
    all.addAll(List.of(fields));
    return all;
  }

  Manifest read(Path path) {
    @Nullable YamlNode root = YamlNode.read(path).filter(node -> !node.isEmpty()).orElse(null);
    if (root == null) {
      return new Manifest(List.of(), List.of(), List.of(), List.of());
    }
    Fields file = new Fields("", root, SECTIONS);
    return new Manifest(
        rules(file, "read", ACCESS, ManifestFile::access, rule -> rule),
        rules(file, "egress", EGRESS, ManifestFile::egress, ManifestFile::withoutBudget),
        rules(file, "memory", MEMORY, ManifestFile::memory, ManifestFile::withoutBudget),
        rules(file, "reload", ACCESS, ManifestFile::access, rule -> rule));
  }

  /**
   * @param identity equal for rules of which one is too many
   */
  private static <R> List<R> rules(
      Fields file,
      String section,
      List<String> known,
      BiFunction<Fields, Place, R> parse,
      Function<R, R> identity) {
    List<R> rules = new ArrayList<>();
    Map<R, Integer> lines = new HashMap<>();
    for (YamlNode node : file.rules(section)) {
      Fields fields = new Fields(section, node, known);
      R rule = parse.apply(fields, fields.place());
      Integer before = lines.putIfAbsent(identity.apply(rule), node.line());
      if (before != null) {
        throw node.refused(section + ": is the same rule as in line " + before + ": keep one");
      }
      rules.add(rule);
    }
    return List.copyOf(rules);
  }

  private static List<String> origins(Fields fields, Place place) {
    if (place.isHost()) {
      if (fields.has("origins")) {
        throw fields.refused("origins", "is always host beside host: true: leave it out");
      }
      return List.of(Facts.HOST);
    }
    return sorted(
        fields.<String>someOr(
            "origins", text -> Values.oneOf(Facts.ORIGINS, text), List.of(Facts.ENTRYPOINT)));
  }

  private static AccessRule access(Fields fields, Place place) {
    return new AccessRule(
        place,
        origins(fields, place),
        sorted(fields.someOr("models", Values::name, List.of())),
        sorted(fields.some("executables", Values::executable)),
        sorted(fields.some("paths", Values::path)));
  }

  private static EgressRule egress(Fields fields, Place place) {
    String scope = fields.one("scope", text -> Values.oneOf(Facts.LEAVING, text));
    List<String> origins = origins(fields, place);
    if (scope.equals(Facts.EXEC_STDIO)) {
      if (fields.has("cidrs") || fields.has("ports")) {
        throw fields.refused(
            "scope", "exec_stdio has no address: leave cidrs and ports of this rule out");
      }
      if (!origins.contains("exec") && !origins.contains("ephemeral")) {
        throw fields.refused("scope", "exec_stdio is of sessions: write origins: [exec]");
      }
    }
    return new EgressRule(
        place,
        origins,
        sorted(fields.someOr("executables", Values::executable, List.of())),
        scope,
        scope.equals(Facts.EXEC_STDIO) ? List.of() : sorted(fields.some("cidrs", Values::cidr)),
        sorted(fields.someOr("ports", Values::port, List.of())),
        fields.one("bytes-a-day", Values::budget));
  }

  private static MemoryRule memory(Fields fields, Place place) {
    boolean sameContainer = fields.oneOr("same-container", Values::flag, !place.isHost());
    if (sameContainer && place.isHost()) {
      throw fields.refused("same-container", "a process of the machine is in no container");
    }
    return new MemoryRule(
        place,
        origins(fields, place),
        sorted(fields.some("executables", Values::executable)),
        sorted(fields.<String>some("methods", text -> Values.oneOf(Facts.METHODS, text))),
        sorted(fields.some("targets", Values::processName)),
        sameContainer,
        fields.one("bytes-a-day", Values::budget));
  }

  /** What is allowed is a set: the order in which it is written makes no other rule. */
  private static <T extends Comparable<T>> List<T> sorted(List<T> values) {
    return values.stream().sorted().toList();
  }

  private static EgressRule withoutBudget(EgressRule rule) {
    return new EgressRule(
        rule.place(),
        rule.origins(),
        rule.executables(),
        rule.scope(),
        rule.cidrs(),
        rule.ports(),
        0);
  }

  private static MemoryRule withoutBudget(MemoryRule rule) {
    return new MemoryRule(
        rule.place(),
        rule.origins(),
        rule.executables(),
        rule.methods(),
        rule.targets(),
        rule.sameContainer(),
        0);
  }
}
