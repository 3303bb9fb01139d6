// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.FileFacts;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.libbpf.BpfProgram;
import io.modelwarden.libbpf.Descriptor;
import io.modelwarden.libbpf.ProcessMemory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks into undecided files. A file is reached by a copy of the reader's descriptor (permissions
 * of the file do not matter), by the reader's mapping, or by its path; what is reached is compared
 * by the kernel's identity before it is believed.
 */
final class FileInspector {

  /** Where a process had a file when it rang: descriptor -1 or address 0 if there was none. */
  record Place(ProcessKey process, int descriptor, long address) {}

  private static final long LOOK_AGAIN_NANOS = 10_000_000_000L;

  private final Layouts layouts;
  private final BpfProgram identify;
  private final BpfProgram decide;
  private final FileJudge judge;
  private final Map<Integer, Place> places = new HashMap<>();
  private final Map<Integer, Long> lookedAt = new HashMap<>();
  private long failures;

  FileInspector(KernelSide kernel, FileJudge judge) {
    this.layouts = kernel.layouts();
    this.identify = kernel.program("identify");
    this.decide = kernel.program("decide");
    this.judge = judge;
  }

  void remember(int fileId, Place place) {
    places.put(fileId, place);
  }

  /** These files are gone, or nobody has them in use. */
  void forget(Set<Integer> files) {
    places.keySet().removeAll(files);
    lookedAt.keySet().removeAll(files);
  }

  /** Files that no way led to, and that were counted as models of unknown format. */
  long failures() {
    return failures;
  }

  /** Decides a file if it can be reached; returns the format, or null while nothing is decided. */
  @Nullable String inspect(FileTable.Known file, String path, long nowNanos) {
    int id = file.facts().id();
    Long before = lookedAt.get(id);
    if (before != null && nowNanos - before < LOOK_AGAIN_NANOS) {
      return null;
    }
    lookedAt.put(id, nowNanos);
    Place place = places.get(id);
    FileJudge.Judgement judgement = look(file, path, place);
    if (judgement == null && place != null && ProcFiles.isAlive(place.process())) {
      return null;
    }
    if (judgement == null) {
      failures++;
      judgement = new FileJudge.Judgement(Verdict.MODEL, "unknown");
    }
    return tell(file, judgement.verdict()) ? judgement.format() : null;
  }

  private FileJudge.@Nullable Judgement look(
      FileTable.Known file, String path, @Nullable Place place) {
    if (place != null && place.descriptor() >= 0) {
      FileJudge.Judgement judgement = lookByDescriptor(file, path, place);
      if (judgement != null) {
        return judgement;
      }
    }
    if (place != null) {
      FileJudge.Judgement judgement =
          lookByPath(file, path, "/proc/" + place.process().pid() + "/root" + path);
      if (judgement != null) {
        return judgement;
      }
    }
    FileJudge.Judgement judgement = lookByPath(file, path, path);
    return judgement == null && place != null && place.address() != 0
        ? lookByMapping(file, path, place)
        : judgement;
  }

  private FileJudge.@Nullable Judgement lookByDescriptor(
      FileTable.Known file, String path, Place place) {
    try (Descriptor copy = Descriptor.ofProcess(place.process().pid(), place.descriptor())) {
      return isThatFile(copy, file) ? judge(file.facts(), path, copy::readAt) : null;
    } catch (BpfException unreachable) {
      return null;
    }
  }

  private FileJudge.@Nullable Judgement lookByPath(
      FileTable.Known file, String path, String place) {
    try (Descriptor opened = Descriptor.open(place)) {
      return isThatFile(opened, file) ? judge(file.facts(), path, opened::readAt) : null;
    } catch (BpfException unreachable) {
      return null;
    }
  }

  /** Only the first page: what lies behind it may be another mapping. */
  private FileJudge.@Nullable Judgement lookByMapping(
      FileTable.Known file, String path, Place place) {
    try {
      byte[] head = ProcessMemory.read(place.process().pid(), place.address(), 4096);
      return judge(
          file.facts(),
          path,
          (offset, length) ->
              offset >= head.length
                  ? new byte[0]
                  : Arrays.copyOfRange(
                      head, (int) offset, (int) Math.min(head.length, offset + length)));
    } catch (BpfException unreachable) {
      return null;
    }
  }

  private FileJudge.Judgement judge(FileFacts facts, String path, FileJudge.Content content) {
    return judge.judge(path, facts.sizeBytes(), content);
  }

  private boolean isThatFile(Descriptor descriptor, FileTable.Known file) {
    byte[] request = layouts.bytes(layouts.identifyRequest);
    ByteBuffer view = Layouts.view(request);
    layouts.identifyRequest.integer("descriptor", 4).put(view, 0, descriptor.number());
    identify.run(request);
    int keyOffset = layouts.identifyRequest.field("key").offset();
    return layouts.identifyRequest.integer("found", 4).get(view, 0) == 1
        && Arrays.equals(
            file.key(), Arrays.copyOfRange(request, keyOffset, keyOffset + file.key().length));
  }

  /** False if the file has changed since: it will be looked at again. */
  private boolean tell(FileTable.Known file, Verdict verdict) {
    byte[] request = layouts.bytes(layouts.decideRequest);
    ByteBuffer view = Layouts.view(request);
    view.put(layouts.decideRequest.field("key").offset(), file.key());
    layouts.decideRequest.integer("size_bytes", 8).put(view, 0, file.facts().sizeBytes());
    layouts.decideRequest.integer("change_time_ns", 8).put(view, 0, file.changeTimeNanos());
    layouts.decideRequest.integer("id", 4).put(view, 0, file.facts().id());
    layouts
        .decideRequest
        .integer("verdict", 2)
        .put(view, 0, layouts.constant(verdict == Verdict.MODEL ? "FILE_MODEL" : "FILE_ORDINARY"));
    layouts.decideRequest.integer("reason", 2).put(view, 0, layouts.constant("REASON_CONTENT"));
    decide.run(request);
    return layouts.decideRequest.integer("accepted", 4).get(view, 0) == 1;
  }
}
