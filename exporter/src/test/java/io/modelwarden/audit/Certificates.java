// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Authorities, certificates and keys that openssl makes in a folder. */
public final class Certificates {

  private final Path folder;
  private final String address;

  /**
   * @param address that all of them are for
   */
  public Certificates(Path folder, String address) {
    this.folder = folder;
    this.address = address;
  }

  /** NAME.crt and NAME.key (PKCS #8) of an authority. */
  public void authority(String name) {
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=%1$s"
            + " -keyout %1$s.key -out %1$s.crt",
        name);
  }

  /** NAME.crt, signed by an authority, and NAME.key as that openssl command does. */
  public void signed(String name, String authority, String keyCommand) {
    openssl(keyCommand.concat(" ").replaceFirst(" ", " -out %s.key ").strip(), name);
    openssl("req -new -key %1$s.key -subj /CN=%1$s -out %1$s.csr", name);
    try {
      Files.writeString(folder.resolve("names"), "subjectAltName=IP:" + address + "\n");
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
    openssl(
        "x509 -req -in %1$s.csr -CA %2$s.crt -CAkey %2$s.key -CAcreateserial -days 2 -out %1$s.crt"
            + " -extfile names",
        name, authority);
  }

  public Path file(String name) {
    return folder.resolve(name);
  }

  /** For a client that trusts an authority and, where it has a name, proves itself. */
  public SSLContext client(String authority, @Nullable String name) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", PemFiles.certificates("ca", file(authority + ".crt")).get(0));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (name != null) {
      var chain = PemFiles.certificates("client", file(name + ".crt"));
      own.setKeyEntry(
          "client",
          PemFiles.key("client", file(name + ".key"), chain.get(0)),
          new char[0],
          chain.toArray(Certificate[]::new));
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private void openssl(String arguments, Object... names) {
    try {
      List<String> command = List.of(("openssl " + arguments.formatted(names)).split(" "));
      Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(command + ": " + said);
      }
    } catch (IOException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }
}
