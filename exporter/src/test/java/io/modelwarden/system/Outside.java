// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Where thieves send to: servers of the distribution outside, who put all they get in a folder. */
final class Outside implements AutoCloseable {

  static final int HTTP = 8081;
  static final int RSYNC = 8730;
  static final int SSH = 2222;
  static final int TCP = 4433;
  static final int TLS = 4434;
  static final int UDP = 4435;

  /** Options of ssh, scp and sftp: no file of the user's is looked at. */
  final String sshOptions;

  private final Path own;
  private final Path loot;
  private final PublicNamespace namespace;

  /**
   * Call before the agent starts: then what the servers do is nothing to it.
   *
   * @param folder gets two of its own
   */
  Outside(Path folder) throws IOException {
    own = Files.createDirectory(folder.resolve("outside"));
    loot = Files.createDirectory(folder.resolve("loot"));
    sshOptions =
        "-q -F /dev/null -i %s -o Port=%d -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
            .formatted(own.resolve("key"), SSH);
    namespace = new PublicNamespace(own);
    try {
      String address = PublicNamespace.OUTSIDE;
      serve(
          HTTP,
          "rclone serve webdav --config /dev/null --dir-cache-time 0 --addr %s:%d %s",
          address,
          HTTP,
          loot);
      serve(TCP, "socat -u TCP6-LISTEN:%d,ipv6only=0,fork,reuseaddr CREATE:%s/stolen", TCP, loot);
      serve(UDP, "socat -u UDP-RECV:%d CREATE:%s/datagrams", UDP, loot);
      serveTls();
      serveRsync(address);
      serveSsh(address);
    } catch (AssertionError | IOException failed) {
      namespace.close();
      throw failed;
    }
  }

  /** Forgets what came so far. */
  void clear() throws IOException {
    Files.deleteIfExists(stolen());
  }

  /** Where programs that run outside put what they fetch. */
  Path stolen() {
    return loot.resolve("stolen");
  }

  /** Bytes that came since it was cleared. */
  long received() {
    return stolen().toFile().length();
  }

  /** Bytes that came in datagrams, ever. */
  long datagrams() {
    return loot.resolve("datagrams").toFile().length();
  }

  /** SHA-256 of what came. */
  String digest() {
    return digest(stolen());
  }

  static String digest(Path file) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private void serveTls() throws IOException {
    Path key = own.resolve("tls.key");
    Path certificate = own.resolve("tls.crt");
    run(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=outside -keyout %s -out %s",
        key, certificate);
    serve(
        TLS,
        "socat -u OPENSSL-LISTEN:%d,fork,reuseaddr,verify=0,key=%s,cert=%s CREATE:%s/stolen",
        TLS,
        key,
        certificate,
        loot);
  }

  private void serveRsync(String address) throws IOException {
    Path configuration = own.resolve("rsyncd.conf");
    Files.writeString(
        configuration,
        """
        use chroot = no
        reverse lookup = no
        [loot]
        path = %s
        read only = no
        uid = 0
        gid = 0
        """
            .formatted(loot));
    serve(
        RSYNC,
        "rsync --daemon --no-detach --address %s --port %d --config %s",
        address,
        RSYNC,
        configuration);
  }

  /** The folder is the home of root there, by a mount that nobody else sees. */
  private void serveSsh(String address) throws IOException {
    run("ssh-keygen -q -t ed25519 -N '' -f %s", own.resolve("key"));
    run("dropbearkey -t ed25519 -f %s", own.resolve("host"));
    Path home = Files.createDirectory(loot.resolve(".ssh"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    Files.copy(own.resolve("key.pub"), home.resolve("authorized_keys"));
    serve(
        SSH,
        "unshare --mount bash -c 'mount --bind %s ~root && exec dropbear -F -E -s -r %s -p %s:%d -P %s'",
        loot,
        own.resolve("host"),
        address,
        SSH,
        own.resolve("pid"));
  }

  private void serve(int port, String command, Object... parts) throws IOException {
    namespace.serve(port, command.formatted(parts));
  }

  private static void run(String command, Object... parts) {
    Programs.Ended ended = Programs.run(List.of("bash", "-c", command.formatted(parts)));
    assertThat(ended.code()).as(ended.output()).isZero();
  }

  @Override
  public void close() {
    namespace.close();
  }
}
