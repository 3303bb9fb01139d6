// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/** A small OTLP/HTTP receiver on loopback that keeps what it was sent, request by request. */
final class OtlpReceiver implements AutoCloseable {

  final List<List<ResourceSpans>> spans = new CopyOnWriteArrayList<>();
  final List<List<ResourceMetrics>> metrics = new CopyOnWriteArrayList<>();
  final List<List<ResourceLogs>> logs = new CopyOnWriteArrayList<>();
  final List<String> encodings = new CopyOnWriteArrayList<>();
  final List<String> types = new CopyOnWriteArrayList<>();

  /** The HTTP status of the next answers; other than 200, bodies are not kept. */
  volatile int status = 200;

  private final HttpServer server;
  private final ExecutorService executor = Executors.newCachedThreadPool();

  OtlpReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(executor);
    server.createContext(
        "/v1/traces",
        exchange ->
            receive(
                exchange,
                body ->
                    spans.add(ExportTraceServiceRequest.parseFrom(body).getResourceSpansList())));
    server.createContext(
        "/v1/metrics",
        exchange ->
            receive(
                exchange,
                body ->
                    metrics.add(
                        ExportMetricsServiceRequest.parseFrom(body).getResourceMetricsList())));
    server.createContext(
        "/v1/logs",
        exchange ->
            receive(
                exchange,
                body -> logs.add(ExportLogsServiceRequest.parseFrom(body).getResourceLogsList())));
    server.start();
  }

  /** What makes the SDK send here. */
  Map<String, String> properties() {
    return Map.of(
        "otel.exporter.otlp.endpoint", "http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void receive(HttpExchange exchange, Body body) throws IOException {
    try (exchange) {
      String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
      byte[] bytes;
      try (InputStream in = exchange.getRequestBody();
          InputStream plain = "gzip".equals(encoding) ? new GZIPInputStream(in) : in) {
        bytes = plain.readAllBytes();
      }
      if (status == 200) {
        encodings.add(String.valueOf(encoding));
        types.add(exchange.getRequestHeaders().getFirst("Content-Type"));
        body.take(bytes);
      }
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(status, -1);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private interface Body {
    void take(byte[] bytes) throws IOException;
  }
}
