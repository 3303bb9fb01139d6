// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelwarden.audit.AuditCounts.Request;
import io.modelwarden.config.ConfigurationException;
import io.modelwarden.config.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuditServerTest {

  private static final Endpoint ANY_PORT = Endpoint.parse("127.0.0.1:0");

  @TempDir static Path folder;
  private static Certificates made;

  private final List<AuditRecord> taken = new CopyOnWriteArrayList<>();
  private volatile boolean room = true;

  @BeforeAll
  static void certificates() {
    made = new Certificates(folder, "127.0.0.1");
    made.authority("cluster");
    made.authority("stranger");
    made.signed("server", "cluster", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    made.signed("apiserver", "cluster", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    made.signed("thief", "stranger", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048");
  }

  @Test
  void postOverTls_isTakenFromWhoProvesToBeTheApiServer() throws Exception {
    try (AuditServer server = start(tls("server", "cluster.crt"))) {
      HttpResponse<String> answer =
          post(server, made.client("cluster", "apiserver"), Events.session());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
      assertThat(taken)
          .extracting(AuditRecord::user)
          .containsOnly("mallory@acme.example")
          .hasSize(2);
      assertThat(server.counts().taken()).isEqualTo(2);
      assertThat(server.counts().of(Request.ACCEPTED)).isEqualTo(1);

      for (String stranger : new String[] {"thief", null}) {
        SSLContext client = made.client("cluster", stranger);
        assertThatThrownBy(() -> post(server, client, Events.session()))
            .as("%s", stranger)
            .isInstanceOf(IOException.class);
      }
      assertThat(taken).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ecparam -name prime256v1 -genkey -noout", // SEC 1
        "ecparam -name secp384r1 -genkey", // with its parameters before it
        "genrsa -traditional 2048", // PKCS #1
        "genrsa 3072",
        "genpkey -algorithm ED25519",
      })
  void keysOfEveryUsualForm_areUnderstood(String command) throws Exception {
    made.signed("other", "cluster", command);
    try (AuditServer server = start(tls("other", null))) {
      assertThat(post(server, made.client("cluster", null), Events.session()).statusCode())
          .isEqualTo(200);
      SSLContext mistrustful = made.client("stranger", null);
      assertThatThrownBy(() -> post(server, mistrustful, Events.session()))
          .isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void wrongBodies_areRefusedWithTheReasonAndCounted() throws Exception {
    try (AuditServer server = start(plain())) {
      HttpResponse<String> answer = post(server, null, "{\"kind\":\"Pod\"}".getBytes(UTF_8));
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).isEqualTo("'Pod' of '' is no EventList of audit.k8s.io/v1");
      assertThat(post(server, null, "no\u0000json".getBytes(UTF_8)).statusCode()).isEqualTo(400);
      assertThat(send(null, request(server).GET()).statusCode()).isEqualTo(405);
      assertThat(
              send(
                      null,
                      request(server)
                          .header("Content-Encoding", "gzip")
                          .POST(BodyPublishers.ofString("x")))
                  .statusCode())
          .isEqualTo(415);
      assertThat(server.counts().of(Request.WRONG)).isEqualTo(4);
      assertThat(server.counts().of(Request.ACCEPTED)).isZero();
      // and the next is taken
      assertThat(post(server, null, Events.session()).statusCode()).isEqualTo(200);
    }
    assertThat(taken).hasSize(2);
  }

  @Test
  void bodyAboveTheBound_isNotTakenInPart() throws Exception {
    String padding = "{\"kind\":\"EventList\",\"pad\":[\"" + "x\",\"x".repeat(4 << 20) + "\"],";
    byte[] body = (padding + new String(Events.session(), UTF_8).substring(1)).getBytes(UTF_8);
    assertThat((long) body.length).isGreaterThan(AuditServer.LONGEST_BODY);
    try (AuditServer server = start(plain())) {
      try {
        assertThat(post(server, null, body).statusCode()).isEqualTo(413);
      } catch (IOException closedWhileWriting) {
        // what an answer before the end of a request may look like to a client
      }
      assertThat(server.counts().of(Request.TOO_LARGE)).isEqualTo(1);
    }
    assertThat(taken).isEmpty();
  }

  @Test
  void listWithoutRoom_isToBeSentAgain() throws Exception {
    room = false;
    try (AuditServer server = start(plain())) {
      assertThat(post(server, null, Events.session()).statusCode()).isEqualTo(503);
      assertThat(server.counts().of(Request.BUSY)).isEqualTo(1);
      assertThat(server.counts().taken()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "0.0.0.0:0, -, -, -, is not on the loopback: plain HTTP",
        "127.0.0.1:0, server.crt, -, -, --tls-certificate and --tls-key belong together",
        "127.0.0.1:0, -, server.key, -, --tls-certificate and --tls-key belong together",
        "127.0.0.1:0, -, -, cluster.crt, --client-ca needs --tls-certificate",
        "127.0.0.1:0, absent, server.key, -, --tls-certificate: ",
        "127.0.0.1:0, server.crt, absent, -, --tls-key: ",
        "127.0.0.1:0, server.crt, server.key, absent, --client-ca: ",
        "127.0.0.1:0, server.key, server.key, -, holds no certificate in PEM",
        "127.0.0.1:0, server.crt, server.crt, -, holds no private key in PEM",
        "127.0.0.1:0, server.crt, thief.key, -, is not the key of the certificate",
        "127.0.0.1:0, server.crt, cluster.key, -, is not the key of the certificate",
        "127.0.0.1:0, server.crt, server.key, empty, holds no certificate in PEM",
      })
  void whatCannotWork_isRefusedAtTheStart(
      String listen, String certificate, String key, String authority, String reason)
      throws IOException {
    Files.writeString(folder.resolve("empty"), "");
    assertThatThrownBy(
            () ->
                start(
                    new AuditSettings(
                        Endpoint.parse(listen),
                        file(certificate),
                        file(key),
                        file(authority),
                        false)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void portInUse_isRefusedAtTheStart() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Endpoint endpoint = new Endpoint(other.getInetAddress(), other.getLocalPort());
      assertThatThrownBy(() -> start(new AuditSettings(endpoint, null, null, null, false)))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("cannot be bound");
    }
  }

  private AuditServer start(AuditSettings settings) {
    AuditServer server = AuditServer.bind(settings);
    server.serve(
        records -> {
          if (room) {
            taken.addAll(records);
          }
          return room;
        });
    return server;
  }

  private static AuditSettings plain() {
    return new AuditSettings(ANY_PORT, null, null, null, false);
  }

  private static AuditSettings tls(String name, String authority) {
    return new AuditSettings(
        ANY_PORT, file(name + ".crt"), file(name + ".key"), file(authority), false);
  }

  private static Path file(String name) {
    return name == null ? null : folder.resolve(name);
  }

  private static HttpRequest.Builder request(AuditServer server) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"));
  }

  private static HttpResponse<String> post(AuditServer server, SSLContext tls, byte[] body)
      throws IOException, InterruptedException {
    String scheme = tls == null ? "http" : "https";
    URI uri = URI.create(scheme + "://127.0.0.1:" + server.port() + "/audit?timeout=30s");
    return send(tls, HttpRequest.newBuilder(uri).POST(BodyPublishers.ofByteArray(body)));
  }

  private static HttpResponse<String> send(SSLContext tls, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
    if (tls != null) {
      client.sslContext(tls);
    }
    return client
        .build()
        .send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
  }
}
