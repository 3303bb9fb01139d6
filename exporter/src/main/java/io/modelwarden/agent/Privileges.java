// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whether the kernel would let this process watch: capabilities(7) and lockdown. */
final class Privileges {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path LOCKDOWN = Path.of("/sys/kernel/security/lockdown");

  private enum Capability {
    NET_ADMIN(12, "receivers of unconnected datagrams are not seen"),
    SYS_PTRACE(19, "files that only another process can reach are not looked into"),
    SYS_ADMIN(21, ""),
    PERFMON(38, ""),
    BPF(39, "");

    final int bit;
    final String lossWithoutIt;

    Capability(int bit, String lossWithoutIt) {
      this.bit = bit;
      this.lossWithoutIt = lossWithoutIt;
    }

    boolean isIn(long mask) {
      return (mask >>> bit & 1) != 0;
    }
  }

  private Privileges() {}

  static List<Check> checks() {
    return List.of(capabilities(read(STATUS)), lockdown(read(LOCKDOWN)));
  }

  /**
   * @param status text of /proc/PID/status, empty if it cannot be read
   */
  static Check capabilities(String status) {
    String hex =
        status
            .lines()
            .filter(line -> line.startsWith("CapEff:"))
            .map(line -> line.substring(7).strip())
            .findFirst()
            .orElse("");
    if (!hex.matches("[0-9a-f]{1,16}")) {
      return Check.warn("capabilities", "unknown", "mount /proc");
    }
    return capabilities(Long.parseUnsignedLong(hex, 16));
  }

  private static Check capabilities(long mask) {
    List<String> held = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> losses = new ArrayList<>();
    for (Capability capability : Capability.values()) {
      if (capability.isIn(mask)) {
        held.add(capability.name());
      } else if (!capability.lossWithoutIt.isEmpty()) {
        losses.add("without " + capability.name() + " " + capability.lossWithoutIt);
      } else if (capability != Capability.SYS_ADMIN && !Capability.SYS_ADMIN.isIn(mask)) {
        missing.add(capability.name());
      }
    }
    if (!missing.isEmpty()) {
      return Check.fail(
          "capabilities", "lacks " + String.join(", ", missing), "run as root or add them");
    }
    return losses.isEmpty()
        ? Check.ok("capabilities", String.join(", ", held))
        : Check.warn("capabilities", String.join("; ", losses), "add them");
  }

  /**
   * @param text such as {@code none [integrity] confidentiality}, empty where the kernel has none
   */
  static Check lockdown(String text) {
    return text.contains("[confidentiality]")
        ? Check.fail(
            "lockdown",
            "confidentiality: programs may not read kernel memory",
            "boot with lockdown=integrity or none")
        : Check.ok(
            "lockdown", text.isBlank() ? "none, or securityfs is not mounted" : text.strip());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      return "";
    }
  }
}
