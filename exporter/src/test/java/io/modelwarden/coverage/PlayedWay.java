// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.coverage;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A way, and the test that plays it. It is kept between two runs as a line of text. */
record PlayedWay(Kind kind, String name, Bytes bytes, List<Hook> hooks, String note, String test) {

  private static final String BETWEEN = "\t";

  static PlayedWay of(Way way, Class<?> testClass, String method) {
    return new PlayedWay(
        way.of(),
        way.value(),
        way.bytes(),
        List.of(way.by()),
        way.note(),
        testClass.getSimpleName() + "." + method);
  }

  String line() {
    String names = hooks.stream().map(Hook::name).collect(Collectors.joining(","));
    return String.join(BETWEEN, kind.name(), name, bytes.name(), names, note, test);
  }

  static PlayedWay ofLine(String line) {
    String[] parts = line.split(BETWEEN, -1);
    return new PlayedWay(
        Kind.valueOf(parts[0]),
        parts[1],
        Bytes.valueOf(parts[2]),
        Arrays.stream(parts[3].split(","))
            .filter(hook -> !hook.isEmpty())
            .map(Hook::valueOf)
            .toList(),
        parts[4],
        parts[5]);
  }

  /** Whether two tests say the same of a way. */
  boolean agreesWith(PlayedWay other) {
    return kind == other.kind
        && bytes == other.bytes
        && hooks.equals(other.hooks)
        && note.equals(other.note);
  }
}
