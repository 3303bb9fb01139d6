// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.system.ExportedTotals.attribute;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The facts of an exported span of egress that are the same in every run.
 *
 * @param kind of OTLP: 2 for a server, 3 for a client
 * @param port empty where there is none
 */
record EgressSpan(
    int kind,
    String executable,
    String role,
    String scope,
    String peer,
    String port,
    String type,
    long modelBytes,
    long dataBytes,
    long files,
    String via) {

  static EgressSpan of(JsonNode span) {
    return new EgressSpan(
        span.path("kind").asInt(),
        text(span, "process.executable.name"),
        text(span, "modelwarden.network.role"),
        text(span, "modelwarden.network.peer.scope"),
        text(span, "network.peer.address"),
        text(span, "network.peer.port"),
        text(span, "network.type"),
        attribute(span, "modelwarden.model.size").asLong(),
        attribute(span, "modelwarden.process.model_data.size").asLong(),
        attribute(span, "modelwarden.process.model_data.files").asLong(),
        text(span, "modelwarden.process.model_data.via"));
  }

  /** Bytes sent in its slice. */
  static long sent(JsonNode span) {
    return attribute(span, "modelwarden.network.transmit.size").asLong();
  }

  private static String text(JsonNode span, String name) {
    return attribute(span, name).asText();
  }
}
