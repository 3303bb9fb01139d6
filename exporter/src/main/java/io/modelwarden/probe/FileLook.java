// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.FileFacts;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.libbpf.BpfProgram;
import io.modelwarden.libbpf.Descriptor;
import io.modelwarden.libbpf.ProcessMemory;
import io.modelwarden.probe.Places.Place;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reaches a file by a copy of the reader's descriptor (permissions of the file do not matter), by
 * its path, or by the reader's mapping. What is reached is compared by the kernel's identity before
 * it is believed. May block for ever.
 */
final class FileLook {

  private final Layouts layouts;
  private final BpfProgram identify;
  private final FileJudge judge;

  FileLook(KernelSide kernel, FileJudge judge) {
    this.layouts = kernel.layouts();
    this.identify = kernel.program("identify");
    this.judge = judge;
  }

  /**
   * What has been found out.
   *
   * @param modelName as the store of the file says, empty if it says nothing
   */
  record Found(Verdict verdict, String format, String modelName) {}

  /** What the file is, or null if no way leads to it. */
  @Nullable Found look(FileTable.Known file, String path, List<Place> places) {
    Found found = null;
    for (Place place : places) {
      found = found == null ? byPlace(file, path, place) : found;
    }
    found = found == null ? found(lookByPath(file, path, path), Path.of("/"), path) : found;
    for (Place place : places) {
      found = found == null && place.address() != 0 ? byMapping(file, path, place) : found;
    }
    return found;
  }

  /**
   * The fingerprint of a file that nobody has open for writing, if it still is the version that is
   * known; null if it is being written, has changed, or no way leads to it. A mapping is none: its
   * owner may have changed it.
   */
  @Nullable String fingerprint(FileTable.Known file, String path, List<Place> places) {
    String found = null;
    for (Place place : places) {
      if (found == null && place.descriptor() >= 0) {
        found = fingerprint(file, () -> descriptorOf(place));
      }
      String below = "/proc/" + place.process().pid() + "/root" + path;
      found = found == null ? fingerprint(file, () -> Descriptor.open(below)) : found;
    }
    return found == null ? fingerprint(file, () -> Descriptor.open(path)) : found;
  }

  private @Nullable String fingerprint(FileTable.Known file, Supplier<Descriptor> way) {
    try (Descriptor descriptor = way.get()) {
      if (!isQuiet(descriptor, file)) {
        return null;
      }
      String found = judge.fingerprint(file.facts().sizeBytes(), descriptor::readAt);
      return isQuiet(descriptor, file) ? found : null;
    } catch (BpfException unreachable) {
      return null;
    }
  }

  private static Descriptor descriptorOf(Place place) {
    return Descriptor.ofProcess(place.process().pid(), place.descriptor());
  }

  private @Nullable Found byPlace(FileTable.Known file, String path, Place place) {
    String root = "/proc/" + place.process().pid() + "/root";
    FileJudge.Judgement judgement =
        place.descriptor() < 0 ? null : lookByDescriptor(file, path, place);
    judgement = judgement == null ? lookByPath(file, path, root + path) : judgement;
    return found(judgement, Path.of(root), path);
  }

  /** A private mapping is the reader's to change: that it looks ordinary is not believed. */
  private @Nullable Found byMapping(FileTable.Known file, String path, Place place) {
    FileJudge.Judgement judgement = lookByMapping(file, path, place);
    return judgement == null || judgement.verdict() != Verdict.MODEL
        ? null
        : found(judgement, Path.of("/proc/" + place.process().pid() + "/root"), path);
  }

  private @Nullable Found found(FileJudge.@Nullable Judgement judgement, Path root, String path) {
    if (judgement == null) {
      return null;
    }
    String name = judgement.verdict() == Verdict.MODEL ? judge.nameInStore(root, path) : "";
    return new Found(judgement.verdict(), judgement.format(), name);
  }

  private FileJudge.@Nullable Judgement lookByDescriptor(
      FileTable.Known file, String path, Place place) {
    try (Descriptor copy = descriptorOf(place)) {
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
    return identity(descriptor).isOf(file);
  }

  private boolean isQuiet(Descriptor descriptor, FileTable.Known file) {
    Identity now = identity(descriptor);
    return now.isOf(file)
        && now.writers() <= 0
        && now.sizeBytes() == file.facts().sizeBytes()
        && now.changeTimeNanos() == file.changeTimeNanos();
  }

  /** What the kernel says of an open file; without a key if the descriptor leads nowhere. */
  private record Identity(byte[] key, long sizeBytes, long changeTimeNanos, int writers) {
    boolean isOf(FileTable.Known file) {
      return Arrays.equals(file.key(), key);
    }
  }

  private Identity identity(Descriptor descriptor) {
    byte[] request = layouts.bytes(layouts.identifyRequest);
    ByteBuffer view = Layouts.view(request);
    layouts.identifyRequest.integer("descriptor", 4).put(view, 0, descriptor.number());
    identify.run(request);
    boolean found = layouts.identifyRequest.integer("found", 4).get(view, 0) == 1;
    int key = layouts.identifyRequest.field("key").offset();
    return new Identity(
        found ? Arrays.copyOfRange(request, key, key + layouts.fileKey.sizeBytes()) : new byte[0],
        layouts.identifyRequest.integer("facts.size_bytes", 8).get(view, 0),
        layouts.identifyRequest.integer("facts.change_time_ns", 8).get(view, 0),
        layouts.identifyRequest.integer("writers", 4).getInt(view, 0));
  }
}
