// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The agent's socket: who connects gets one document and the end of the file. One thread serves one
 * client at a time; one that does not read is cut off.
 */
public final class AgentSocket implements AutoCloseable {

  private static final Logger logger = Logger.getLogger(AgentSocket.class.getName());
  private static final int BACKLOG = 8;
  private static final long WRITE_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int AFTER_FAILURE_MILLIS = 100;

  private final SocketPlace place;
  private final ServerSocketChannel server;

  private AgentSocket(SocketPlace place, ServerSocketChannel server) {
    this.place = place;
    this.server = server;
  }

  /**
   * Makes the socket; nobody is answered yet.
   *
   * @param path absolute, in a folder of mode 0700 that is made if there is none
   * @throws IOException if it cannot be made there, such as on a file system that is read-only
   * @throws io.modelwarden.config.ConfigurationException if another agent has it, or others could
   *     reach it
   */
  public static AgentSocket bind(Path path) throws IOException {
    SocketPlace place = SocketPlace.take(path);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    AgentSocket socket = new AgentSocket(place, server);
    try {
      server.bind(UnixDomainSocketAddress.of(path), BACKLOG);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      return socket;
    } catch (IOException refused) {
      socket.close();
      throw refused;
    }
  }

  /**
   * Answers from now on.
   *
   * @param document called for each client on the socket's thread; empty if there is none, which
   *     the client takes for an agent that is stuck
   */
  public void serve(Supplier<byte[]> document) {
    Thread thread = new Thread(() -> accept(document), "modelwarden-top");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept(Supplier<byte[]> document) {
    while (server.isOpen()) {
      try (SocketChannel client = server.accept()) {
        write(client, ByteBuffer.wrap(document.get()));
      } catch (ClosedChannelException closed) {
        return;
      } catch (IOException | RuntimeException failure) {
        logger.log(Level.FINE, "a client of top got no answer", failure);
        pause();
      }
    }
  }

  private static void write(SocketChannel client, ByteBuffer document) throws IOException {
    client.configureBlocking(false);
    long deadline = System.nanoTime() + WRITE_NANOS;
    try (Selector selector = Selector.open()) {
      client.register(selector, SelectionKey.OP_WRITE);
      while (document.hasRemaining()) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (millis <= 0) {
          return;
        }
        selector.select(millis);
        client.write(document);
      }
    }
  }

  /** Such as no descriptor left: without it this would spin. */
  private static void pause() {
    try {
      Thread.sleep(AFTER_FAILURE_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException ignored) {
      // it goes with the process
    }
    place.close();
  }
}
