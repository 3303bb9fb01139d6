// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS as the options describe it. */
final class ServerTls {

  private ServerTls() {}

  /**
   * @param clientAuthority signs the certificates that clients must have; null asks for none
   * @throws io.modelwarden.config.ConfigurationException if a file cannot be used
   */
  static HttpsConfigurator of(Path certificate, Path key, @Nullable Path clientAuthority) {
    List<X509Certificate> chain = PemFiles.certificates("--tls-certificate", certificate);
    try {
      KeyStore own = empty();
      own.setKeyEntry(
          "server",
          PemFiles.key("--tls-key", key, chain.get(0)),
          new char[0],
          chain.toArray(Certificate[]::new));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, new char[0]);
      TrustManagerFactory trusted =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusted.init(authorities(clientAuthority));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
      return new Configurator(context, clientAuthority != null);
    } catch (GeneralSecurityException | IOException failure) {
      throw new IllegalStateException("TLS cannot be set up", failure);
    }
  }

  private static KeyStore authorities(@Nullable Path file)
      throws GeneralSecurityException, IOException {
    KeyStore authorities = empty();
    if (file != null) {
      for (X509Certificate authority : PemFiles.certificates("--client-ca", file)) {
        authorities.setCertificateEntry("ca" + authorities.size(), authority);
      }
    }
    return authorities;
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static final class Configurator extends HttpsConfigurator {

    private final boolean clientsProveThemselves;

    Configurator(SSLContext context, boolean clientsProveThemselves) {
      super(context);
      this.clientsProveThemselves = clientsProveThemselves;
    }

    @Override
    public void configure(HttpsParameters parameters) {
      SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
      wanted.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
      wanted.setNeedClientAuth(clientsProveThemselves);
      parameters.setSSLParameters(wanted);
    }
  }
}
