// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.libbpf.BpfProgram;
import io.modelwarden.probe.CgroupJudge.Verdict;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who has had each file: the identity of a model is that of the node. The kernel side notes it with
 * each touch; here it is put right when a cgroup is decided on, or decided on anew.
 */
final class FileHolders {

  /** Beyond that a file is held by so many that one more says nothing. */
  private static final int CGROUPS_OF_A_FILE = 64;

  private static final long[] NOBODY = {};

  private final Layouts layouts;
  private final BpfProgram setHolder;
  private final FileTable files;
  private final CgroupTable cgroups;
  private final Map<FileHolder, Integer> numbers;

  /** By the file's key, which outlives its versions. Those left out are not noted. */
  private final Map<MapKey, long[]> touched = new HashMap<>();

  private final Set<Integer> wrong = new HashSet<>();

  FileHolders(KernelSide kernel, FileTable files, CgroupTable cgroups) {
    this.layouts = kernel.layouts();
    this.setHolder = kernel.program("set_holder");
    this.files = files;
    this.cgroups = cgroups;
    this.numbers =
        Map.of(
            FileHolder.NONE, layouts.constant("HOLDER_NONE"),
            FileHolder.UNDECIDED, layouts.constant("HOLDER_UNDECIDED"),
            FileHolder.SELECTED, layouts.constant("HOLDER_SELECTED"));
  }

  /** A process of the cgroup has read, written or mapped the file. */
  void touched(int fileId, long cgroup, Verdict verdict) {
    FileTable.Known file = files.find(fileId);
    if (file == null) {
      return;
    }
    MapKey key = MapKey.of(file.key());
    long[] all = touched.getOrDefault(key, NOBODY);
    if (verdict == Verdict.LEFT_OUT) {
      touched.put(key, all);
      wrong.add(fileId); // the kernel side may have noted it while it was undecided
    } else if (all.length < CGROUPS_OF_A_FILE && !contains(all, cgroup)) {
      long[] more = Arrays.copyOf(all, all.length + 1);
      more[all.length] = cgroup;
      touched.put(key, more);
      wrong.add(fileId);
    }
  }

  FileHolder of(int fileId) {
    FileTable.Known file = files.find(fileId);
    return file == null ? FileHolder.SELECTED : of(file);
  }

  /** Verdicts have changed. */
  void lookAgain() {
    files.all().forEach(file -> wrong.add(file.facts().id()));
  }

  /** Tells the kernel side where it is wrong. */
  void correct() {
    wrong.removeIf(this::isRight);
  }

  /** Forgets files that are gone; tells which cgroups those that are left name. */
  Set<Long> sweep() {
    Set<MapKey> present = new HashSet<>();
    files.all().forEach(file -> present.add(MapKey.of(file.key())));
    touched.keySet().retainAll(present);
    Set<Long> named = new HashSet<>();
    touched.values().forEach(all -> Arrays.stream(all).forEach(named::add));
    return named;
  }

  private FileHolder of(FileTable.Known file) {
    long[] all = touched.get(MapKey.of(file.key()));
    if (all == null || (all.length == 0 && file.holder() == FileHolder.SELECTED)) {
      return file.holder(); // opened and not yet read: only the kernel side knows by whom
    }
    FileHolder holder = FileHolder.NONE;
    for (long cgroup : all) {
      Verdict verdict = cgroups.verdict(cgroup);
      if (verdict == Verdict.SELECTED) {
        return FileHolder.SELECTED;
      }
      holder = verdict == Verdict.UNDECIDED ? FileHolder.UNDECIDED : holder;
    }
    return holder;
  }

  private boolean isRight(int fileId) {
    FileTable.@Nullable Known file = files.find(fileId);
    if (file == null) {
      return true;
    }
    FileHolder right = of(file);
    return right == file.holder() || tell(file, right);
  }

  /** False if the kernel side knows more by now: it is looked at again with the next poll. */
  private boolean tell(FileTable.Known file, FileHolder right) {
    byte[] request = layouts.bytes(layouts.holderRequest);
    ByteBuffer view = Layouts.view(request);
    view.put(layouts.holderRequest.field("key").offset(), file.key());
    layouts.holderRequest.integer("id", 4).put(view, 0, file.facts().id());
    layouts.holderRequest.integer("before", 4).put(view, 0, number(file.holder()));
    layouts.holderRequest.integer("after", 4).put(view, 0, number(right));
    setHolder.run(request);
    return layouts.holderRequest.integer("accepted", 4).get(view, 0) == 1;
  }

  private int number(FileHolder holder) {
    Integer number = numbers.get(holder);
    if (number == null) {
      throw new IllegalStateException("no number for " + holder);
    }
    return number;
  }

  private static boolean contains(long[] all, long one) {
    return Arrays.stream(all).anyMatch(each -> each == one);
  }
}
