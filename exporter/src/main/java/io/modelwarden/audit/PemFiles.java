// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.modelwarden.config.ConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys as Kubernetes, cert-manager and openssl write them. */
final class PemFiles {

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ((?:RSA |EC )?)PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END ");
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private PemFiles() {}

  static List<X509Certificate> certificates(String option, Path file) {
    byte[] bytes = read(option, file);
    try {
      List<X509Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!chain.isEmpty()) {
        return chain;
      }
    } catch (GeneralSecurityException broken) {
      // said below
    }
    throw new ConfigurationException(
        option + ": " + file + " holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
  }

  /** The key of that certificate. */
  static PrivateKey key(String option, Path file, X509Certificate certificate) {
    Matcher pem = KEY.matcher(new String(read(option, file), ISO_8859_1));
    if (!pem.find()) {
      throw new ConfigurationException(
          option + ": " + file + " holds no private key in PEM without a passphrase");
    }
    PublicKey counterpart = certificate.getPublicKey();
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
      PrivateKey key =
          KeyFactory.getInstance(counterpart.getAlgorithm())
              .generatePrivate(
                  new PKCS8EncodedKeySpec(
                      pem.group(1).isEmpty() ? der : pkcs8(der, counterpart.getEncoded())));
      if (belongTogether(key, counterpart)) {
        return key;
      }
    } catch (GeneralSecurityException | IllegalArgumentException broken) {
      // said below
    }
    throw new ConfigurationException(
        option
            + ": "
            + file
            + " is not the key of the certificate, which has an "
            + counterpart.getAlgorithm()
            + " key");
  }

  private static boolean belongTogether(PrivateKey key, PublicKey counterpart)
      throws GeneralSecurityException {
    String algorithm = SIGNATURES.getOrDefault(counterpart.getAlgorithm(), "");
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(key);
    signing.update((byte) 1);
    Signature verifying = Signature.getInstance(algorithm);
    verifying.initVerify(counterpart);
    verifying.update((byte) 1);
    return verifying.verify(signing.sign());
  }

  /**
   * The older forms (PKCS #1, SEC 1) lack the algorithm, with the curve, that the certificate
   * tells: its key begins SEQUENCE { algorithm, ... }.
   */
  private static byte[] pkcs8(byte[] key, byte[] publicKey) {
    int from = 1 + lengthBytes(publicKey, 1);
    int size = 1 + lengthBytes(publicKey, from + 1) + (publicKey[from + 1] & 0xff);
    byte[] algorithm = new byte[size];
    System.arraycopy(publicKey, from, algorithm, 0, size);
    byte[] version = {2, 1, 0};
    return der(0x30, version, algorithm, der(0x04, key));
  }

  private static int lengthBytes(byte[] der, int at) {
    return der[at] >= 0 ? 1 : 1 + (der[at] & 0x7f);
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.write(tag);
    int length = content.size();
    if (length > 0xff) {
      whole.write(0x82); // two bytes of length
      whole.write(length >> 8);
    } else if (length > 0x7f) {
      whole.write(0x81);
    }
    whole.write(length);
    whole.writeBytes(content.toByteArray());
    return whole.toByteArray();
  }

  private static byte[] read(String option, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException unreadable) {
      throw new ConfigurationException(
          option + ": " + file + " cannot be read (" + unreadable.getClass().getSimpleName() + ")");
    }
  }
}
