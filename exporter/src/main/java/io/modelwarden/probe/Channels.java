// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.libbpf.BpfMap;
import io.modelwarden.libbpf.BpfProgram;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Pipes and sockets into which armed processes can write, and files that they wrote. Nothing tells
 * when one is gone: it is forgotten when it was idle for as long as the trail lasts, and where
 * there are too many the one that was idle for longest, of files first.
 */
final class Channels {

  private record Idle(long channel, long lastNanos, boolean isFile) {}

  private final BpfMap map;
  private final BpfProgram forget;
  private final Layouts layouts;
  private final long lifetimeNanos;
  private final Field last;
  private final Field kind;
  private final int file;
  private final AtomicLong evicted = new AtomicLong();
  private volatile int entries;

  Channels(KernelSide kernel) {
    this.map = kernel.map("channels");
    this.forget = kernel.program("forget_channel");
    this.layouts = kernel.layouts();
    this.lifetimeNanos = kernel.trailLifetime().toNanos();
    this.last = layouts.channel.integer("last_ns", 8);
    this.kind = layouts.channel.integer("kind", 4);
    this.file = layouts.constant("CHANNEL_FILE");
  }

  /** Returns those that are forgotten. */
  Set<Long> sweep(long nowBootNanos) {
    List<Idle> all = all();
    Set<Long> forgotten = new HashSet<>();
    int crowd = all.size() - map.maxEntries() * 3 / 4;
    long files = all.stream().filter(Idle::isFile).count() - map.maxEntries() * 3L / 8;
    int early = 0;
    for (Idle channel : all) {
      boolean over = nowBootNanos - channel.lastNanos() > lifetimeNanos;
      if ((over || crowd > 0 || (channel.isFile() && files > 0)) && forget(channel)) {
        forgotten.add(channel.channel());
        crowd--;
        files -= channel.isFile() ? 1 : 0;
        early += over ? 0 : 1;
      }
    }
    entries = all.size() - forgotten.size();
    evicted.addAndGet(early);
    return forgotten;
  }

  /** The one that was idle for longest first. */
  private List<Idle> all() {
    List<Idle> all = new ArrayList<>();
    map.forEach(
        (keys, keyAt, values, at) ->
            all.add(
                new Idle(
                    keys.getLong(keyAt), last.get(values, at), kind.getInt(values, at) == file)));
    all.sort(Comparator.comparingLong(Idle::lastNanos));
    return all;
  }

  /** Channels that were forgotten because there were too many. Readable from any thread. */
  long evicted() {
    return evicted.get();
  }

  /** At the last sweep. */
  int entries() {
    return entries;
  }

  private boolean forget(Idle channel) {
    byte[] request = layouts.bytes(layouts.channelRequest);
    ByteBuffer view = Layouts.view(request);
    layouts.channelRequest.integer("channel", 8).put(view, 0, channel.channel());
    layouts.channelRequest.integer("last_ns", 8).put(view, 0, channel.lastNanos());
    forget.run(request);
    return layouts.channelRequest.integer("accepted", 4).get(view, 0) == 1;
  }
}
