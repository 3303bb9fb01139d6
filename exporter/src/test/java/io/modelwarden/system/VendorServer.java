// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Takes what a back end would take, on loopback, and keeps it. */
final class VendorServer implements AutoCloseable {

  /**
   * One request.
   *
   * @param body unpacked, if it was gzip
   */
  record Request(String path, Headers headers, byte[] body) {

    String header(String name) {
      return String.valueOf(headers.getFirst(name));
    }

    List<Span> spans() {
      try {
        return ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().stream()
            .flatMap(resource -> resource.getScopeSpansList().stream())
            .flatMap(scope -> scope.getSpansList().stream())
            .toList();
      } catch (IOException wrong) {
        throw new AssertionError("no request of spans", wrong);
      }
    }
  }

  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final HttpServer server;

  VendorServer() throws IOException {
    this(0);
  }

  VendorServer(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(executor);
    server.createContext("/", this::take);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String address() {
    return "http://127.0.0.1:" + port();
  }

  List<Request> all() {
    return requests;
  }

  Stream<Request> at(String path) {
    return requests.stream().filter(request -> request.path().equals(path));
  }

  /** What came to that path under each id of a span: more than one content would be two spans. */
  Map<String, Set<Span>> spansById(String path) {
    Map<String, Set<Span>> contents = new TreeMap<>();
    at(path)
        .flatMap(request -> request.spans().stream())
        .forEach(span -> contents.computeIfAbsent(idOf(span), id -> new HashSet<>()).add(span));
    return contents;
  }

  /** Trace and span, in hexadecimal. */
  static String idOf(Span span) {
    HexFormat hex = HexFormat.of();
    return hex.formatHex(span.getTraceId().toByteArray())
        + "-"
        + hex.formatHex(span.getSpanId().toByteArray());
  }

  /** The first request to that path. */
  Request await(String path) {
    RunningCollector.await(path, () -> at(path).findAny().isPresent());
    return at(path).findFirst().orElseThrow();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      try (InputStream in = exchange.getRequestBody();
          InputStream plain = packed ? new GZIPInputStream(in) : in) {
        requests.add(
            new Request(
                exchange.getRequestURI().getPath(),
                exchange.getRequestHeaders(),
                plain.readAllBytes()));
      }
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
