// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import static org.jline.keymap.KeyMap.ctrl;
import static org.jline.keymap.KeyMap.key;

import org.jline.keymap.BindingReader;
import org.jline.keymap.KeyMap;
import org.jline.terminal.Terminal;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/** From bytes of the keyboard to what is wanted. */
final class ScreenKeys {

  enum Wish {
    NOTHING,
    QUIT,
    LEFT,
    RIGHT,
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    REVERSE,
    FILTER,
    FILES,
    PAUSE,
    HELP,
    REDRAW,
    CHARACTER,
    RUB_OUT,
    ACCEPT,
    DROP
  }

  private static final int WAIT_MILLIS = 100;

  /** A lone Esc is one after this time; arrow keys send it first. */
  private static final int ESCAPE_MILLIS = 50;

  private final BindingReader reader;
  private final KeyMap<Wish> commands = new KeyMap<>();
  private final KeyMap<Wish> typing = new KeyMap<>();

  ScreenKeys(Terminal terminal) {
    reader = new BindingReader(terminal.reader());
    commands.bind(Wish.QUIT, "q", "Q", ctrl('C'), ctrl('D'));
    commands.bind(Wish.LEFT, "<", ",", key(terminal, Capability.key_left), "\033[D");
    commands.bind(Wish.RIGHT, ">", ".", key(terminal, Capability.key_right), "\033[C");
    commands.bind(Wish.UP, "k", key(terminal, Capability.key_up), "\033[A");
    commands.bind(Wish.DOWN, "j", key(terminal, Capability.key_down), "\033[B");
    commands.bind(Wish.PAGE_UP, key(terminal, Capability.key_ppage), "\033[5~");
    commands.bind(Wish.PAGE_DOWN, key(terminal, Capability.key_npage), "\033[6~");
    commands.bind(Wish.REVERSE, "r", "R");
    commands.bind(Wish.FILTER, "/");
    commands.bind(Wish.FILES, "f", "F");
    commands.bind(Wish.PAUSE, "p", "P", " ");
    commands.bind(Wish.HELP, "?", "h");
    commands.bind(Wish.REDRAW, ctrl('L'));
    commands.bind(Wish.DROP, "\033");
    commands.setNomatch(Wish.NOTHING);
    commands.setUnicode(Wish.NOTHING);
    commands.setAmbiguousTimeout(ESCAPE_MILLIS);
    typing.bind(Wish.ACCEPT, "\r", "\n");
    typing.bind(Wish.DROP, "\033", ctrl('C'), ctrl('G'));
    typing.bind(Wish.RUB_OUT, "\177", ctrl('H'));
    typing.setNomatch(Wish.CHARACTER);
    typing.setUnicode(Wish.CHARACTER);
    typing.setAmbiguousTimeout(ESCAPE_MILLIS);
  }

  /** The next one, or NOTHING after a tenth of a second; QUIT at the end of the input. */
  Wish next(boolean filtering) {
    int character = reader.peekCharacter(WAIT_MILLIS);
    if (character == NonBlockingReader.READ_EXPIRED) {
      return Wish.NOTHING;
    }
    Wish wish = reader.readBinding(filtering ? typing : commands);
    return wish == null ? Wish.QUIT : wish;
  }

  /** The character that was typed last. */
  String typed() {
    return reader.getLastBinding();
  }
}
