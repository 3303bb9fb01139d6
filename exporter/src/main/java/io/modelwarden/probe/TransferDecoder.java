// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent.Channel;
import io.modelwarden.event.KernelEvent.DataMoved;
import io.modelwarden.event.KernelEvent.Direction;
import java.nio.ByteBuffer;

/** The key of a transfer: who, into or out of which channel. */
final class TransferDecoder {

  private final Layouts.ProcessKeyLayout process;
  private final Field channel;
  private final Field kind;
  private final Field direction;
  private final Field role;
  private final int pipe;
  private final int file;
  private final int read;
  private final int accepted;

  TransferDecoder(Layouts layouts) {
    this.process = layouts.processKey;
    this.channel = layouts.transferKey.integer("channel", 8);
    this.kind = layouts.transferKey.integer("kind", 1);
    this.direction = layouts.transferKey.integer("direction", 1);
    this.role = layouts.transferKey.integer("role", 1);
    this.pipe = layouts.constant("CHANNEL_PIPE");
    this.file = layouts.constant("CHANNEL_FILE");
    this.read = layouts.constant("DIRECTION_READ");
    this.accepted = layouts.constant("ROLE_ACCEPTED");
  }

  long channel(ByteBuffer key) {
    return channel.get(key, 0);
  }

  /** Whether it was written to a pipe or socket, and so is no more once somebody has read it. */
  boolean isStreamWrite(ByteBuffer key) {
    return direction.getInt(key, 0) != read && kind.getInt(key, 0) != file;
  }

  DataMoved decode(ByteBuffer key, Increment increment) {
    return new DataMoved(
        process.read(key, 0),
        channel.get(key, 0),
        kind(kind.getInt(key, 0)),
        direction.getInt(key, 0) == read ? Direction.READ : Direction.WRITE,
        role.getInt(key, 0) == accepted,
        increment);
  }

  private Channel kind(int number) {
    if (number == file) {
      return Channel.FILE;
    }
    return number == pipe ? Channel.PIPE : Channel.SOCKET;
  }
}
