// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.DisplayText;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.libbpf.BpfMap;
import io.modelwarden.probe.CgroupJudge.Verdict;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Cgroups that were met, with what was decided on each, which the kernel side is told. */
final class CgroupTable {

  private static final class Known {
    final String path;
    Verdict verdict = Verdict.UNDECIDED;

    Known(String path) {
      this.path = path;
    }
  }

  private final BpfMap map;
  private final ByteBuffer active;
  private final LeftOutCgroups leftOut;
  private final TextTable texts;
  private final CgroupJudge judge;
  private final Map<Verdict, byte[]> values;
  private final Map<Long, Known> known = new HashMap<>();
  private boolean judgeAll;
  private volatile int entries;

  CgroupTable(KernelSide kernel, TextTable texts, CgroupJudge judge) {
    this.map = kernel.map("cgroup_verdicts");
    this.active = kernel.variable("selection_active");
    this.leftOut = new LeftOutCgroups(kernel.variable("left_out_cgroups"));
    this.texts = texts;
    this.judge = judge;
    Layouts layouts = kernel.layouts();
    this.values =
        Map.of(
            Verdict.UNDECIDED, number(layouts.constant("CGROUP_UNDECIDED")),
            Verdict.SELECTED, number(layouts.constant("CGROUP_SELECTED")),
            Verdict.LEFT_OUT, number(layouts.constant("CGROUP_LEFT_OUT")));
  }

  /** Whether some are left out, as the kernel side was told last. */
  boolean isActive() {
    return active.getInt(0) != 0;
  }

  /** All are judged anew with the next poll. */
  void judgeAll() {
    judgeAll = true;
  }

  /**
   * Tells the kernel side whether some are left out.
   *
   * @return whether that has changed
   */
  boolean activate() {
    boolean wanted = judge.leavesSomeOut();
    boolean changed = wanted != isActive();
    active.putInt(0, wanted ? 1 : 0);
    judgeAll |= changed;
    return changed;
  }

  /** Decides on those met since, and again on those that are undecided; tells what has changed. */
  Changes poll() {
    Changes changes = new Changes(new HashSet<>(), new HashSet<>());
    if (!isActive()) {
      return changes;
    }
    takeMet();
    boolean all = judgeAll;
    judgeAll = false;
    known.forEach(
        (id, cgroup) -> {
          if (all || cgroup.verdict == Verdict.UNDECIDED) {
            decide(id, cgroup, changes);
          }
        });
    return changes;
  }

  /** What was decided on the cgroup of a process, also if it is gone by now. */
  Verdict verdict(long id, String path) {
    if (!isActive() || id == 0) { // a process of which nothing is known is counted
      return Verdict.SELECTED;
    }
    // Judged with the next poll, so that nothing of a decision is left undone.
    return known.computeIfAbsent(id, any -> new Known(path)).verdict;
  }

  /** What was decided last; selected if it was never met. */
  Verdict verdict(long id) {
    Known cgroup = isActive() ? known.get(id) : null;
    return cgroup == null ? Verdict.SELECTED : cgroup.verdict;
  }

  /** A cgroup with a living process, which the kernel side may not have met. */
  void meet(long id, String path) {
    Verdict verdict = verdict(id, path);
    try {
      map.update(key(id), value(verdict));
    } catch (BpfException full) {
      // it is counted, and the kernel side counts that it found no room
    }
  }

  /** Entries of the kernel side's map, at the last poll. Readable from any thread. */
  int entries() {
    return entries;
  }

  /** Forgets what the kernel side has removed and nobody names any more. */
  void sweep(Set<Long> used) {
    Set<Long> kept = new HashSet<>(used);
    map.forEach((keys, keyAt, values, at) -> kept.add(keys.getLong(keyAt)));
    known.keySet().retainAll(kept);
  }

  /**
   * @param selected cgroups that are selected and were left out before
   * @param leftOut cgroups that are left out and were not before
   */
  record Changes(Set<Long> selected, Set<Long> leftOut) {

    boolean isEmpty() {
      return selected.isEmpty() && leftOut.isEmpty();
    }
  }

  private void takeMet() {
    Set<Long> withoutPath = new HashSet<>();
    Set<Long> late = new HashSet<>();
    entries =
        map.forEach(
            (keys, keyAt, verdicts, at) -> {
              long id = keys.getLong(keyAt);
              Known before = known.get(id);
              if (before != null) {
                if (verdicts.getInt(at) != Layouts.view(value(before.verdict)).getInt(0)) {
                  late.add(id);
                }
              } else {
                String path = texts.cgroup(id).map(DisplayText::escape).orElse(null);
                if (path == null) {
                  withoutPath.add(id);
                } else {
                  known.put(id, new Known(path));
                }
              }
            });
    // There was no room for the path, or it is being written: the next read tells it again.
    withoutPath.forEach(id -> map.delete(key(id)));
    // A process of it was known before the kernel side met it.
    late.forEach(id -> map.updateExisting(key(id), value(verdict(id))));
  }

  private void decide(long id, Known cgroup, Changes changes) {
    Verdict before = cgroup.verdict;
    Verdict now = judge.judge(cgroup.path);
    // What was decided holds while nothing better is known: the API may be away.
    if (now == before || now == Verdict.UNDECIDED) {
      return;
    }
    cgroup.verdict = now;
    map.updateExisting(key(id), value(now));
    if (now == Verdict.LEFT_OUT) {
      leftOut.put(id);
      changes.leftOut().add(id);
    } else if (before == Verdict.LEFT_OUT) {
      leftOut.remove(id);
      changes.selected().add(id);
    }
  }

  private byte[] value(Verdict verdict) {
    byte[] value = values.get(verdict);
    if (value == null) {
      throw new IllegalStateException("no value for " + verdict);
    }
    return value;
  }

  private static byte[] key(long id) {
    byte[] key = new byte[8];
    Layouts.view(key).putLong(0, id);
    return key;
  }

  private static byte[] number(int number) {
    byte[] bytes = new byte[4];
    Layouts.view(bytes).putInt(0, number);
    return bytes;
  }
}
