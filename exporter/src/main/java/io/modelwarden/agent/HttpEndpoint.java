// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.modelwarden.config.ConfigurationException;
import io.modelwarden.config.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The one port: metrics and health. Bound early, so that a port in use stops the start. */
final class HttpEndpoint implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "modelwarden-http");
            thread.setDaemon(true);
            return thread;
          });

  private HttpEndpoint(HttpServer server) {
    this.server = server;
  }

  static HttpEndpoint bind(Endpoint listen) {
    try {
      return new HttpEndpoint(
          HttpServer.create(new InetSocketAddress(listen.address(), listen.port()), 16));
    } catch (IOException refused) {
      throw new ConfigurationException(
          "http.listen: "
              + listen
              + " cannot be bound ("
              + refused.getMessage()
              + "): stop what listens there or set another port");
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  void serve(Supplier<String> metrics, BooleanSupplier healthy, BooleanSupplier ready) {
    server.createContext(
        "/metrics", exchange -> answer(exchange, 200, "text/plain; version=0.0.4", metrics.get()));
    server.createContext("/healthz", exchange -> answer(exchange, healthy.getAsBoolean()));
    server.createContext("/readyz", exchange -> answer(exchange, ready.getAsBoolean()));
    server.setExecutor(worker);
    server.start();
  }

  private static void answer(HttpExchange exchange, boolean good) throws IOException {
    answer(exchange, good ? 200 : 503, "text/plain", good ? "ok\n" : "not ok\n");
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    worker.shutdownNow();
  }
}
