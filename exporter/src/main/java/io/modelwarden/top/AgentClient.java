// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import io.modelwarden.event.DisplayText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks the agent on this machine. */
public final class AgentClient implements SnapshotSource {

  /** The agent answers after its next poll, so within two seconds at rest. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();

  private static final int LONGEST = 16 << 20;

  private final Path socket;

  public AgentClient(Path socket) {
    this.socket = socket;
  }

  /** What the agent sees now. */
  @Override
  public Snapshot snapshot() throws AgentUnreachable {
    try {
      return SnapshotJson.read(document());
    } catch (IOException wrong) {
      throw unreachable(
          "answered what this version does not understand: use the version of the agent");
    }
  }

  /** The same as it came: one line of ASCII. */
  public byte[] document() throws AgentUnreachable {
    byte[] document;
    try {
      Files.readAttributes(socket, BasicFileAttributes.class);
      document = read();
    } catch (NoSuchFileException none) {
      throw unreachable(
          "is not there: start an agent with `modelwarden run`, or name its socket with --socket");
    } catch (AccessDeniedException refused) {
      throw notPermitted();
    } catch (IOException refused) {
      throw Files.isWritable(socket)
          ? unreachable(
              "is not answered (%s): start an agent with `modelwarden run`, or name its socket with --socket"
                  .formatted(DisplayText.escape(String.valueOf(refused.getMessage()))))
          : notPermitted();
    }
    if (document.length == 0) {
      throw unreachable("gave no answer: the agent is stuck or overloaded, look into its log");
    }
    checkPrintable(document);
    return document;
  }

  private byte[] read() throws IOException {
    ByteArrayOutputStream document = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      while (channel.read(buffer.clear()) >= 0) {
        document.write(buffer.array(), 0, buffer.position());
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (millis <= 0 || document.size() > LONGEST) {
          return new byte[0];
        }
        if (buffer.position() == 0) {
          selector.select(millis);
        }
      }
    }
    return document.toByteArray();
  }

  /** Whatever it is that answers, it must not steer a terminal. */
  private void checkPrintable(byte[] document) throws AgentUnreachable {
    for (byte character : document) {
      if ((character < ' ' && character != '\n') || character == 0x7f) {
        throw unreachable(
            "answered what is no document of an agent: name the agent's socket with --socket");
      }
    }
  }

  private AgentUnreachable unreachable(String problem) {
    return new AgentUnreachable(socket.toString(), problem, false);
  }

  private AgentUnreachable notPermitted() {
    return new AgentUnreachable(
        socket.toString(),
        "is for the agent's user only, because it tells who reads which model: run this as that user, such as root",
        true);
  }
}
