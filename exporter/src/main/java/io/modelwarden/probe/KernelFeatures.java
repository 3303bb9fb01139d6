// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the running kernel has, by the names in its type information, never by its version. */
public final class KernelFeatures {

  static final Path VMLINUX = Path.of("/sys/kernel/btf/vmlinux");

  private KernelFeatures() {}

  public static boolean hasTypes() {
    return Files.isReadable(VMLINUX);
  }

  /** Whether a function or type of that name is known. Streams: six megabytes are not kept. */
  public static boolean hasName(String name) {
    byte[] wanted = ("\0" + name + "\0").getBytes(StandardCharsets.US_ASCII);
    try (InputStream types = new BufferedInputStream(Files.newInputStream(VMLINUX), 1 << 16)) {
      int matched = 0;
      for (int next = types.read(); next >= 0; next = types.read()) {
        // The only repeated byte of the pattern is its first: falling back to 0 or 1 is enough.
        matched = next == wanted[matched] ? matched + 1 : next == 0 ? 1 : 0;
        if (matched == wanted.length) {
          return true;
        }
      }
      return false;
    } catch (IOException unreadable) {
      return false;
    }
  }
}
