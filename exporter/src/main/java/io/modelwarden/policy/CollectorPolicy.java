// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A policy as configuration of the collector: processors that the detection lanes refer to. */
public final class CollectorPolicy {

  private CollectorPolicy() {}

  /** The whole file. */
  public static String render(Manifest manifest) {
    return """
        # Rendered by `modelwarden policy render` (%s): change the manifest, not this file.
        # A condition that is true takes a span or log event out of its lane: it is allowed.

        """
            .formatted(manifest.summary())
        + processors(
            access(
                "host_reader_policy",
                manifest.read().stream()
                    .filter(AccessRule::isOfHostOrigin)
                    .map(AccessRule::ofHostOriginOnly)
                    .toList()),
            new FilterProcessor(
                "memory_read_policy", ottl -> new MemoryConditions(ottl).of(manifest.memory())),
            access("read_after_load_policy", manifest.reload()),
            new FilterProcessor(
                "read_then_egress_policy",
                ottl -> new EgressConditions(ottl).of(manifest.egress())),
            access("unauthorised_reader_policy", manifest.read()));
  }

  static FilterProcessor access(String name, List<AccessRule> rules) {
    return new FilterProcessor(name, ottl -> new AccessConditions(ottl).of(rules));
  }

  static String processors(FilterProcessor... processors) {
    return Stream.of(processors)
        .map(FilterProcessor::render)
        .collect(Collectors.joining("", "processors:\n", ""));
  }
}
