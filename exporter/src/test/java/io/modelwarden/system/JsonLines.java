// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A file of JSON lines that grows: each is read once. */
final class JsonLines {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private long readBytes;

  JsonLines(Path file) {
    this.file = file;
  }

  /** Hands on the lines that are complete and have come since the last call. */
  void readOn(Consumer<JsonNode> lines) {
    try (RandomAccessFile input = new RandomAccessFile(file.toFile(), "r")) {
      byte[] more = new byte[Math.toIntExact(input.length() - readBytes)];
      input.seek(readBytes);
      input.readFully(more);
      int start = 0;
      for (int end = 0; end < more.length; end++) {
        if (more[end] == '\n') {
          lines.accept(JSON.readTree(more, start, end - start));
          start = end + 1;
        }
      }
      readBytes += start;
    } catch (IOException failure) {
      throw new AssertionError("cannot read " + file, failure);
    }
  }
}
