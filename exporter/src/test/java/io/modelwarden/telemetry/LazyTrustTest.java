// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.modelwarden.audit.Certificates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LazyTrustTest {

  @TempDir private Path folder;
  private SSLContext before;

  @BeforeEach
  void install() throws Exception {
    before = SSLContext.getDefault();
    LazyTrust.install();
  }

  @AfterEach
  void restore() {
    SSLContext.setDefault(before);
  }

  @Test
  void serverOfAnUnknownAuthority_isRefused_asByJavaItself() throws Exception {
    Certificates certificates = new Certificates(folder, "127.0.0.1");
    certificates.authority("unknown");
    certificates.signed("server", "unknown", "ecparam -name prime256v1 -genkey -noout");
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    server.setHttpsConfigurator(new HttpsConfigurator(certificates.client("unknown", "server")));
    server.start();
    try {
      URI address = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
      HttpClient client = HttpClient.newHttpClient();
      assertThatThrownBy(
              () -> client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding()))
          .isInstanceOf(SSLHandshakeException.class)
          .hasMessageContaining("unable to find valid certification path");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void authorities_areThoseOfJava() throws Exception {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    X509TrustManager java =
        Arrays.stream(factory.getTrustManagers())
            .map(X509TrustManager.class::cast)
            .findFirst()
            .orElseThrow();
    assertThat(new LazyTrust().getAcceptedIssuers()).isEqualTo(java.getAcceptedIssuers());
  }

  /** A key in javax.net.ssl.keyStore is what Java's own default proves itself with. */
  @Test
  void defaultWithTheUsersKey_staysAsItIs() throws Exception {
    SSLContext own = SSLContext.getInstance("TLS");
    SSLContext.setDefault(own);
    System.setProperty("javax.net.ssl.keyStore", folder.resolve("key.p12").toString());
    try {
      LazyTrust.install();
      assertThat(SSLContext.getDefault()).isSameAs(own);
    } finally {
      System.clearProperty("javax.net.ssl.keyStore");
    }
  }
}
