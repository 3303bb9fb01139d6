// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Java's own authorities, read with the first certificate that has to be checked. Java's HTTP
 * client reads all of them as soon as it is made, also for a collector that is asked without TLS.
 */
final class LazyTrust extends X509ExtendedTrustManager {

  /** The holder is initialised with the first use. */
  private static final class Authorities {
    static final X509ExtendedTrustManager ALL = read();

    private static X509ExtendedTrustManager read() {
      try {
        TrustManagerFactory factory =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return Arrays.stream(factory.getTrustManagers())
            .filter(X509ExtendedTrustManager.class::isInstance)
            .map(X509ExtendedTrustManager.class::cast)
            .findFirst()
            .orElseThrow();
      } catch (GeneralSecurityException damaged) {
        throw new IllegalStateException("Java's authorities cannot be read", damaged);
      }
    }
  }

  /** For all clients of this process that name no authorities of their own. */
  static void install() {
    if (System.getProperty("javax.net.ssl.keyStore") != null) {
      return; // Java's default has the user's key then
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new LazyTrust()}, null);
      SSLContext.setDefault(context);
    } catch (GeneralSecurityException unsupported) {
      throw new IllegalStateException("this Java has no TLS", unsupported);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, @Nullable SSLEngine engine)
      throws CertificateException {
    Authorities.ALL.checkServerTrusted(chain, kind, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, @Nullable Socket socket)
      throws CertificateException {
    Authorities.ALL.checkServerTrusted(chain, kind, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    Authorities.ALL.checkServerTrusted(chain, kind);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, @Nullable SSLEngine engine)
      throws CertificateException {
    Authorities.ALL.checkClientTrusted(chain, kind, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, @Nullable Socket socket)
      throws CertificateException {
    Authorities.ALL.checkClientTrusted(chain, kind, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    Authorities.ALL.checkClientTrusted(chain, kind);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return Authorities.ALL.getAcceptedIssuers();
  }
}
