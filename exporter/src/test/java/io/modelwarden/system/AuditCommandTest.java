// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.modelwarden.audit.Events;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packaged receiver with the heap that it has in its image. */
@Tag("system")
class AuditCommandTest {

  private static final String OPTIONS =
      "@" + Programs.REPOSITORY.resolve("exporter/bin/java-options");
  private static final String JAR =
      Programs.REPOSITORY.resolve("exporter/target/modelwarden.jar").toString();

  private final int port = Programs.freePort();
  private final String address = "127.0.0.1:" + port;
  private final AtomicInteger exports = new AtomicInteger();
  private HttpServer collector;
  private Process process;
  private BufferedReader output;

  @BeforeEach
  void start() throws IOException {
    collector = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    collector.createContext(
        "/v1/logs",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exports.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    ProcessBuilder builder =
        new ProcessBuilder(
            "java", OPTIONS, "-jar", JAR, "audit", "--commands", "--listen", address);
    builder.environment().put("OTEL_METRICS_EXPORTER", "none");
    builder.environment().put("OTEL_BLRP_SCHEDULE_DELAY", "3600000"); // at the end only
    builder
        .environment()
        .put("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + collector.getAddress().getPort());
    process = builder.redirectErrorStream(true).start();
    output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    assertThat(output.readLine()).contains("receiving audit events by HTTP on port " + port);
    assertThat(output.readLine()).contains("WARNING").contains("--client-ca");
  }

  @AfterEach
  void end() {
    Programs.end(process);
    collector.stop(0);
  }

  @Test
  void sigterm_sendsWhatWaitsAndEndsGood() throws Exception {
    assertThat(post(Events.session())).isEqualTo(200);
    assertThat(exports).hasValue(0);
    process.destroy();
    assertThat(process.waitFor(6, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(exports).hasValue(1);
  }

  @Test
  void thoseWhoSendNothing_keepTheApiServerWaitingForHalfAMinuteAtMost() throws Exception {
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        Socket socket = new Socket("127.0.0.1", port);
        if (i % 2 == 0) {
          socket
              .getOutputStream()
              .write("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{".getBytes(UTF_8));
        }
        idle.add(socket);
      }
      RunningCollector.await("a turn", Duration.ofSeconds(60), () -> postOrZero() == 200);
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }

  @Test
  void hugeBodies_areReadWithoutMoreMemory() throws Exception {
    String text = "\"" + "\\u0026".repeat(600_000) + "\"";
    String items =
        """
        {"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[{"auditID":%1$s,"requestURI":%1$s,
        "userAgent":%1$s,"objectRef":{"resource":"pods","subresource":"exec","name":"p"}}]}"""
            .formatted(text);
    String small = "{\"kind\":\"EventList\",\"items\":[" + "{},".repeat(5_000_000) + "{}]}";
    String deep = "{\"items\":[" + "[".repeat(15_000_000);
    for (int i = 0; i < 5; i++) {
      assertThat(post(items.getBytes(UTF_8))).isEqualTo(200);
      assertThat(post(small.getBytes(UTF_8))).isEqualTo(400);
      assertThat(post(deep.getBytes(UTF_8))).isEqualTo(400);
    }
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void whatCannotWork_endsWithOneLine() {
    refused("--listen: '1.2.3.4' needs a port", "--listen", "1.2.3.4");
    refused("plain HTTP stays on the machine", "--listen", "0.0.0.0:0");
    refused("cannot be bound", "--listen", address);
    refused("--tls-key belong together", "--tls-certificate", "/does/not/exist");
    refused("Unknown option", "--tls-cert", "x");
    refused(
        "--tls-certificate: /does/not/exist cannot be read",
        "--tls-certificate",
        "/does/not/exist",
        "--tls-key",
        "/does/not/exist");
  }

  private static void refused(String words, String... arguments) {
    List<String> command = new ArrayList<>(List.of("java", "-jar", JAR, "audit"));
    command.addAll(List.of(arguments));
    Programs.Ended ended = Programs.run(command);
    assertThat(ended.code()).as(ended.output()).isEqualTo(1);
    assertThat(ended.output().lines()).as(ended.output()).hasSize(1);
    assertThat(ended.output()).startsWith("modelwarden: ").contains(words);
  }

  private int postOrZero() {
    try {
      return post(Events.session());
    } catch (IOException refused) {
      return 0;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private int post(byte[] body) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://" + address + "/audit"))
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }
}
