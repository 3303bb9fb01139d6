// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import io.modelwarden.top.ScreenKeys.Wish;

/**
 * How the screen is looked at now.
 *
 * @param firstRow index of the row that stands first, because others are scrolled away
 * @param filtering whether the filter is being typed
 */
record Looks(View view, int firstRow, boolean paused, boolean filtering, boolean help) {

  static Looks of(View view) {
    return new Looks(view, 0, false, false, false);
  }

  /**
   * What follows from a key.
   *
   * @param typed the character, if it is one of the filter
   * @param lastRow index of the last row there is
   * @param page rows that a page up or down moves
   */
  Looks after(Wish wish, String typed, int lastRow, int page) {
    return switch (wish) {
      case LEFT -> with(view.sortedBy(view.sort().neighbour(-1)));
      case RIGHT -> with(view.sortedBy(view.sort().neighbour(1)));
      case REVERSE -> with(view.reverse());
      case FILES -> with(view.otherRows());
      case UP -> scrolledBy(-1, lastRow);
      case DOWN -> scrolledBy(1, lastRow);
      case PAGE_UP -> scrolledBy(-page, lastRow);
      case PAGE_DOWN -> scrolledBy(page, lastRow);
      case PAUSE -> new Looks(view, firstRow, !paused, filtering, help);
      case HELP -> new Looks(view, firstRow, paused, filtering, !help);
      case FILTER -> filtering(true);
      case ACCEPT -> filtering(false);
      case DROP -> drop();
      case CHARACTER -> isText(typed) ? with(view.filteredBy(view.filter() + typed)) : this;
      case RUB_OUT -> with(view.filteredBy(withoutLast(view.filter())));
      case NOTHING, QUIT, REDRAW -> this;
    };
  }

  private Looks with(View other) {
    return new Looks(other, 0, paused, filtering, help);
  }

  private Looks filtering(boolean typing) {
    return new Looks(view, firstRow, paused, typing, help && !typing);
  }

  private Looks scrolledBy(int rows, int lastRow) {
    int first = Math.max(0, Math.min(firstRow + rows, lastRow));
    return new Looks(view, first, paused, filtering, help);
  }

  /** Esc leaves the help, or else the filter. */
  private Looks drop() {
    return help
        ? new Looks(view, firstRow, paused, filtering, false)
        : filtering(false).with(view.filteredBy(""));
  }

  /** And no key that sends a sequence of control characters. */
  private static boolean isText(String typed) {
    return typed.codePoints().noneMatch(Character::isISOControl);
  }

  private static String withoutLast(String text) {
    return text.isEmpty() ? "" : text.substring(0, text.offsetByCodePoints(text.length(), -1));
  }
}
