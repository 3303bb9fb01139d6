// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.libbpf.BpfMap;
import io.modelwarden.libbpf.BpfProgram;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Pipes and sockets into which armed processes can write. Nothing tells when one is gone: it is
 * forgotten when it was idle for as long as the trail lasts, and where there are too many the one
 * that was idle for longest.
 */
final class Channels {

  private record Idle(long channel, long lastNanos) {}

  private final BpfMap map;
  private final BpfProgram forget;
  private final Layouts layouts;
  private final long lifetimeNanos;
  private final Field last;
  private final AtomicLong evicted = new AtomicLong();
  private volatile int entries;

  Channels(KernelSide kernel) {
    this.map = kernel.map("channels");
    this.forget = kernel.program("forget_channel");
    this.layouts = kernel.layouts();
    this.lifetimeNanos = kernel.trailLifetime().toNanos();
    this.last = layouts.channel.integer("last_ns", 8);
  }

  void sweep(long nowBootNanos) {
    List<Idle> all = new ArrayList<>();
    map.forEach(
        (keys, keyAt, values, at) -> all.add(new Idle(keys.getLong(keyAt), last.get(values, at))));
    all.sort(Comparator.comparingLong(Idle::lastNanos));
    int crowd = all.size() - map.maxEntries() * 3 / 4;
    int forgotten = 0;
    int early = 0;
    for (int i = 0; i < all.size(); i++) {
      boolean over = nowBootNanos - all.get(i).lastNanos() > lifetimeNanos;
      if ((over || i < crowd) && forget(all.get(i))) {
        forgotten++;
        early += over ? 0 : 1;
      }
    }
    entries = all.size() - forgotten;
    evicted.addAndGet(early);
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
