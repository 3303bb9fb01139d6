// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.state;

import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.HeldModel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Holders as text: a line that names the version, one that names the boot, one for each process and
 * model, and one that says how many there are and what the lines before it sum up to. Times are
 * nanoseconds since boot: what the clock of the machine said does not matter.
 */
final class HolderText {

  private static final String TITLE = "modelwarden holders ";
  private static final String VERSION = "1";
  private static final String BOOT = "boot ";
  private static final String HELD = "held";
  private static final String END = "end ";
  private static final int FIELDS = 10; // the last one, the name, may have spaces

  private HolderText() {}

  /**
   * @param bootEpochNanos Unix time at boot by the clock of the holders' times
   */
  static byte[] encode(String bootId, List<HeldModel> holders, long bootEpochNanos) {
    StringBuilder text = new StringBuilder(64 + 128 * holders.size());
    text.append(TITLE).append(VERSION).append('\n').append(BOOT).append(bootId).append('\n');
    holders.forEach(held -> append(text, held, bootEpochNanos));
    long sum = sum(text.toString().getBytes(StandardCharsets.UTF_8));
    text.append(END).append(holders.size()).append(' ').append(Long.toHexString(sum)).append('\n');
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void append(StringBuilder text, HeldModel held, long boot) {
    ProcessKey process = held.process();
    text.append(HELD).append(' ').append(process.pid()).append(' ').append(process.execId());
    for (long number :
        new long[] {
          process.startTimeNanos(),
          held.modelBytes(),
          held.heldBytes(),
          sinceBoot(held.sinceEpochNanos(), boot),
          sinceBoot(held.lastReadEpochNanos(), boot),
          sinceBoot(held.endsEpochNanos(), boot)
        }) {
      text.append(' ').append(number);
    }
    text.append(' ').append(held.model().replace('\n', ' ')).append('\n');
  }

  /**
   * @return none if they are of another boot: their processes have ended with it
   * @throws StateRefused if it is damaged or of another version
   */
  static List<HeldModel> decode(byte[] bytes, String bootId, long bootEpochNanos)
      throws StateRefused {
    String text = new String(bytes, StandardCharsets.UTF_8);
    String[] lines = text.split("\n", -1);
    if (lines.length < 3 || !lines[0].startsWith(TITLE)) {
      throw damaged();
    }
    if (!lines[0].equals(TITLE + VERSION)) {
      throw new StateRefused("is of another version (" + lines[0].substring(TITLE.length()) + ")");
    }
    if (!lines[1].equals(BOOT + bootId)) {
      return List.of();
    }
    if (lines.length < 4) {
      throw damaged();
    }
    checkEnd(text, lines);
    List<HeldModel> holders = new ArrayList<>();
    for (int line = 2; line < lines.length - 2; line++) {
      holders.add(held(lines[line], bootEpochNanos));
    }
    return holders;
  }

  private static void checkEnd(String text, String[] lines) throws StateRefused {
    String end = lines[lines.length - 2];
    int before = text.length() - end.length() - 1;
    long sum = sum(text.substring(0, before).getBytes(StandardCharsets.UTF_8));
    String expected = END + (lines.length - 4) + " " + Long.toHexString(sum);
    if (!lines[lines.length - 1].isEmpty() || !end.equals(expected)) {
      throw damaged();
    }
  }

  private static HeldModel held(String line, long boot) throws StateRefused {
    String[] fields = line.split(" ", FIELDS);
    if (fields.length != FIELDS || !fields[0].equals(HELD)) {
      throw damaged();
    }
    try {
      return new HeldModel(
          new ProcessKey(
              Integer.parseUnsignedInt(fields[1]),
              Integer.parseInt(fields[2]),
              Long.parseUnsignedLong(fields[3])),
          fields[9],
          Long.parseUnsignedLong(fields[4]),
          Long.parseUnsignedLong(fields[5]),
          sinceEpoch(Long.parseLong(fields[6]), boot),
          sinceEpoch(Long.parseLong(fields[7]), boot),
          sinceEpoch(Long.parseLong(fields[8]), boot));
    } catch (NumberFormatException wrong) {
      throw damaged();
    }
  }

  /** Zero stands for never in both. */
  private static long sinceBoot(long epochNanos, long boot) {
    return epochNanos == 0 ? 0 : epochNanos - boot;
  }

  private static long sinceEpoch(long bootNanos, long boot) {
    return bootNanos == 0 ? 0 : bootNanos + boot;
  }

  private static long sum(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return sum.getValue();
  }

  private static StateRefused damaged() {
    return new StateRefused("is damaged");
  }
}
