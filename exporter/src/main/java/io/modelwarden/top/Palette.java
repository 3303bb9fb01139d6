// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import org.jline.utils.AttributedStyle;

/** Styles by what they say. */
enum Palette {
  /** With NO_COLOR: bold, faint and reverse are no colours. */
  MONOCHROME(AttributedStyle.BOLD, AttributedStyle.BOLD, AttributedStyle.BOLD),
  COLOURS(
      AttributedStyle.BOLD.foreground(AttributedStyle.RED),
      AttributedStyle.BOLD.foreground(AttributedStyle.YELLOW),
      AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN));

  /** Something was lost, or the agent is gone. */
  final AttributedStyle alarm;

  final AttributedStyle sending;
  final AttributedStyle reading;
  final AttributedStyle plain = AttributedStyle.DEFAULT;
  final AttributedStyle strong = AttributedStyle.BOLD;
  final AttributedStyle faint = AttributedStyle.DEFAULT.faint();
  final AttributedStyle bar = AttributedStyle.INVERSE;

  Palette(AttributedStyle alarm, AttributedStyle sending, AttributedStyle reading) {
    this.alarm = alarm;
    this.sending = sending;
    this.reading = reading;
  }

  AttributedStyle of(Row row) {
    return switch (row.state()) {
      case "X" -> faint;
      case "S" -> sending;
      case "R" -> reading;
      default -> plain;
    };
  }
}
