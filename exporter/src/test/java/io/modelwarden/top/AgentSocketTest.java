// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelwarden.config.ConfigurationException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentSocketTest {

  private static final byte[] DOCUMENT = SnapshotJson.write(Snapshots.theft());

  @TempDir Path temporary;
  private Path path;

  @BeforeEach
  void place() {
    path = temporary.resolve("agent/agent.sock");
  }

  @Test
  void whoConnects_getsOneDocumentAndTheEnd() throws Exception {
    try (AgentSocket socket = AgentSocket.bind(path)) {
      socket.serve(() -> DOCUMENT);
      for (int i = 0; i < 20; i++) {
        assertThat(new AgentClient(path).document()).isEqualTo(DOCUMENT);
      }
      assertThat(new AgentClient(path).snapshot()).isEqualTo(Snapshots.theft());
    }
  }

  @Test
  void onlyItsUser_canReachIt() throws IOException {
    try (AgentSocket socket = AgentSocket.bind(path)) {
      socket.serve(() -> DOCUMENT);
      assertThat(mode(path.getParent())).isEqualTo("rwx------");
      assertThat(mode(path)).isEqualTo("rw-------");
    }
  }

  @Test
  void atItsEnd_theSocketIsGone() throws IOException {
    AgentSocket.bind(path).close();
    assertThat(path).doesNotExist();
    AgentSocket.bind(path).close();
  }

  @Test
  void thatOfARunningAgent_isRefusedWithTheRemedy() throws Exception {
    try (AgentSocket running = AgentSocket.bind(path)) {
      running.serve(() -> DOCUMENT);
      refused("is that of another agent that is running: end that, or give this one another");
      assertThat(new AgentClient(path).document()).isEqualTo(DOCUMENT);
    }
  }

  @Test
  void thatOfADeadAgent_isReplaced() throws Exception {
    Files.createDirectory(
        path.getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
    unreachable("is not answered", false);
    try (AgentSocket socket = AgentSocket.bind(path)) {
      socket.serve(() -> DOCUMENT);
      assertThat(new AgentClient(path).document()).isEqualTo(DOCUMENT);
    }
  }

  @Test
  void aFileInItsPlace_isNotRemoved() throws IOException {
    Files.createDirectories(
        path.getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(path, "precious");
    refused("is there and is no socket");
    assertThat(path).hasContent("precious");
  }

  @Test
  void aFolderThatOthersCanEnter_isRefused() throws IOException {
    Files.createDirectory(path.getParent());
    Files.setPosixFilePermissions(path.getParent(), PosixFilePermissions.fromString("rwxr-x---"));
    refused("lies in a folder that other users can enter or that is theirs (rwxr-x---");
  }

  @Test
  void aFolderThatCannotBeMade_isNoReasonToRefuse() {
    path = Path.of("/proc/modelwarden/agent.sock");
    assertThatThrownBy(() -> AgentSocket.bind(path)).isInstanceOf(IOException.class);
  }

  @Test
  void aClientThatDoesNotRead_holdsNobodyForLong() throws Exception {
    byte[] large = "x".repeat(8 << 20).getBytes(UTF_8);
    try (AgentSocket socket = AgentSocket.bind(path);
        SocketChannel silent = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      socket.serve(() -> large);
      assertThat(new AgentClient(path).document()).hasSize(large.length);
      assertThat(silent.isOpen()).isTrue();
    }
  }

  @Test
  void aSourceThatFails_leavesTheSocketServing() throws Exception {
    int[] calls = {0};
    try (AgentSocket socket = AgentSocket.bind(path)) {
      socket.serve(
          () -> {
            if (calls[0]++ == 0) {
              throw new IllegalStateException("once");
            }
            return DOCUMENT;
          });
      unreachable("gave no answer", false);
      assertThat(new AgentClient(path).document()).isEqualTo(DOCUMENT);
    }
  }

  @Test
  void whatSteersATerminal_isNoAnswer() throws Exception {
    try (AgentSocket socket = AgentSocket.bind(path)) {
      socket.serve(() -> "{\"schema\": \"\u001b[2J\"}".getBytes(UTF_8));
      unreachable("is no document of an agent", false);
    }
  }

  @Test
  void noSocket_isSaidWithTheRemedy() throws Exception {
    unreachable("is not there: start an agent with `modelwarden run`", false);
  }

  private void unreachable(String problem, boolean notPermitted) {
    assertThatThrownBy(() -> new AgentClient(path).document())
        .isInstanceOfSatisfying(
            AgentUnreachable.class,
            unreachable -> assertThat(unreachable.isNotPermitted()).isEqualTo(notPermitted))
        .hasMessageContaining(path.toString())
        .hasMessageContaining(problem);
  }

  private void refused(String problem) {
    assertThatThrownBy(() -> AgentSocket.bind(path))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("top.socket: " + path)
        .hasMessageContaining(problem);
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
