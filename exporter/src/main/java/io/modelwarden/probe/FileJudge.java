// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.FileFacts;
import java.nio.file.Path;

/** Decides what the kernel cannot: formats, and whether an undecided file is a model. */
public interface FileJudge {

  /** Bytes of an undecided file, however they were reached. */
  @FunctionalInterface
  interface Content {
    /** Up to {@code length} bytes from {@code offset}; fewer at the end or out of reach. */
    byte[] read(long offset, int length);
  }

  record Judgement(FileFacts.Verdict verdict, String format) {}

  /**
   * The name of the model as the file's store tells it, empty if it tells none.
   *
   * @param root folder under which the reader finds the path
   */
  default String nameInStore(Path root, String path) {
    return "";
  }

  /** What copies of a file have in common, from its head and its end; empty if it has none. */
  default String fingerprint(long sizeBytes, Content content) {
    return "";
  }

  /** The format that a name tells, "unknown" if none. */
  String formatOfName(String path);

  Judgement judge(String path, long sizeBytes, Content content);
}
