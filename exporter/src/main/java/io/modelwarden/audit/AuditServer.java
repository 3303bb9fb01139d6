// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import io.modelwarden.audit.AuditCounts.Request;
import io.modelwarden.config.ConfigurationException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where the API server posts its audit events. Answers 200 when all of a list has been taken; any
 * other answer makes the API server send it again, five times in all.
 */
public final class AuditServer implements AutoCloseable {

  /** The API server's batches, where it truncates them, are at most 10 MiB and a little. */
  static final long LONGEST_BODY = 16 << 20;

  private static final int THREADS = 8;
  private static final int TURN_SECONDS = 10;
  private static final int END_SECONDS = 1;

  static {
    // Of the whole process, which has no other server; a caller's own values stand.
    limit("jdk.httpserver.maxConnections", "64");
    limit("sun.net.httpserver.maxReqTime", "30");
    limit("sun.net.httpserver.maxRspTime", "30");
    // A connection that is closed on what was not read loses the answer, and with it the reason.
    limit("sun.net.httpserver.drainAmount", Long.toString(LONGEST_BODY));
  }

  private final HttpServer server;
  private final AuditSettings settings;
  private final AuditCounts counts = new AuditCounts();
  // One list at a time: what one may take of memory is known, what several may is too much.
  private final ReentrantLock turn = new ReentrantLock(true);
  private final AtomicInteger threads = new AtomicInteger();
  private final ExecutorService workers =
      Executors.newFixedThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "modelwarden-audit-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });

  private AuditServer(HttpServer server, AuditSettings settings) {
    this.server = server;
    this.settings = settings;
  }

  /**
   * Binds the port and answers nobody yet.
   *
   * @throws ConfigurationException if a file or the port cannot be used
   */
  public static AuditServer bind(AuditSettings settings) {
    InetSocketAddress address =
        new InetSocketAddress(settings.listen().address(), settings.listen().port());
    Path certificate = settings.certificate();
    Path key = settings.key();
    try {
      if (certificate == null || key == null) {
        return new AuditServer(HttpServer.create(address, 0), settings);
      }
      var tls = ServerTls.of(certificate, key, settings.clientAuthority());
      HttpsServer server = HttpsServer.create(address, 0);
      server.setHttpsConfigurator(tls);
      return new AuditServer(server, settings);
    } catch (IOException refused) {
      throw new ConfigurationException(
          "--listen: %s cannot be bound (%s): stop what listens there or give another port"
              .formatted(settings.listen(), refused.getMessage()));
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public AuditCounts counts() {
    return counts;
  }

  public void serve(AuditSink sink) {
    server.createContext("/", exchange -> handle(exchange, sink));
    server.setExecutor(workers);
    server.start();
  }

  /** Takes nothing more, and waits a little for what is being read. */
  @Override
  public void close() {
    server.stop(END_SECONDS);
    workers.shutdownNow();
  }

  private void handle(HttpExchange exchange, AuditSink sink) throws IOException {
    try (exchange) {
      Answer answer = answer(exchange, sink);
      counts.add(answer.outcome);
      byte[] text = answer.text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(answer.status, text.length == 0 ? -1 : text.length);
      exchange.getResponseBody().write(text);
    }
  }

  private Answer answer(HttpExchange exchange, AuditSink sink) throws IOException {
    Headers headers = exchange.getRequestHeaders();
    if (!exchange.getRequestMethod().equals("POST")) {
      exchange.getResponseHeaders().set("Allow", "POST");
      return new Answer(Request.WRONG, 405, "only POST is answered");
    }
    if (headers.containsKey("Content-Encoding")) {
      return new Answer(Request.WRONG, 415, "Content-Encoding is not understood");
    }
    try {
      if (!turn.tryLock(TURN_SECONDS, TimeUnit.SECONDS)) {
        return new Answer(Request.BUSY, 503, "others are being read");
      }
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      return new Answer(Request.BUSY, 503, "ending");
    }
    try {
      return take(exchange, sink);
    } finally {
      turn.unlock();
    }
  }

  private Answer take(HttpExchange exchange, AuditSink sink) throws IOException {
    try (var body = new BoundedBody(exchange.getRequestBody(), LONGEST_BODY)) {
      EventList list = EventList.read(body, settings.withCommands(), Instant.now());
      if (!sink.take(list.records())) {
        return new Answer(Request.BUSY, 503, "no room: the collector does not take what waits");
      }
      counts.accepted(list);
      return new Answer(Request.ACCEPTED, 200, "");
    } catch (BoundedBody.TooLong tooLong) {
      return new Answer(Request.TOO_LARGE, 413, "a body may have %d bytes".formatted(LONGEST_BODY));
    } catch (EventList.WrongDocument wrong) {
      return new Answer(Request.WRONG, 400, wrong.getMessage());
    }
  }

  private static void limit(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private record Answer(Request outcome, int status, String text) {}
}
