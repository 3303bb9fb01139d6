// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;

/** Lists of audit events as an API server of Kubernetes 1.36 posts them. */
public final class Events {

  static final Instant NOW = Instant.parse("2026-11-26T19:00:00Z");

  private Events() {}

  /** What an exec session leaves: its start and its end. */
  public static byte[] session() {
    try (var in = Events.class.getResourceAsStream("/audit/session.json")) {
      return in.readAllBytes();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static String list(String... items) {
    return """
        {"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[%s]}
        """
        .formatted(String.join(",", items));
  }

  /** A request to a subresource of the pod llama-0 by alice. */
  static String ofPod(String verb, String subresource, String query, String more) {
    return """
        {"level":"Request","auditID":"id-1","stage":"ResponseComplete","verb":"%s",
         "requestURI":"/api/v1/namespaces/prod/pods/llama-0/%s%s","user":{"username":"alice"},
         "sourceIPs":["192.0.2.10"],"userAgent":"kubectl/v1.36.3","objectRef":{"resource":"pods",
         "namespace":"prod","name":"llama-0","apiVersion":"v1","subresource":"%s"},
         "responseStatus":{"metadata":{},"code":200},%s
         "requestReceivedTimestamp":"2026-11-26T18:00:00.000000Z",
         "stageTimestamp":"2026-11-26T18:00:01.000000Z"}"""
        .formatted(verb, subresource, query, subresource, more);
  }

  static String ofNode(String name, String path) {
    return """
        {"level":"Metadata","auditID":"id-2","stage":"ResponseStarted","verb":"get",
         "requestURI":"/api/v1/nodes/%s/proxy%s","user":{"username":"alice"},
         "objectRef":{"resource":"nodes","name":"%s","apiVersion":"v1","subresource":"proxy"},
         "stageTimestamp":"2026-11-26T18:00:01.000000Z"}"""
        .formatted(name, path, name);
  }

  static EventList read(String json) throws IOException {
    return read(json.getBytes(UTF_8));
  }

  static EventList read(byte[] json) throws IOException {
    return EventList.read(new ByteArrayInputStream(json), true, NOW);
  }

  static AuditRecord only(String item) throws IOException {
    List<AuditRecord> records = read(list(item)).records();
    if (records.size() != 1) {
      throw new AssertionError(records);
    }
    return records.get(0);
  }
}
