// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.FileFacts;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.libbpf.BpfProgram;
import io.modelwarden.libbpf.Descriptor;
import io.modelwarden.libbpf.ProcessMemory;
import java.nio.ByteBuffer;
import java.util.Arrays;
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

  /** What the file is, or null if no way leads to it. */
  FileJudge.@Nullable Judgement look(
      FileTable.Known file, String path, FileInspector.@Nullable Place place) {
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
      FileTable.Known file, String path, FileInspector.Place place) {
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
      FileTable.Known file, String path, FileInspector.Place place) {
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
}
