// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import java.io.IOError;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.Signals;

/**
 * The live table on a terminal, until somebody quits or the input ends. However it ends, the
 * terminal is left as it was found. One thread draws and one reads keys: a read that was under way
 * while the shell had the terminal ends with the next key only.
 */
final class Screen {

  private static final int LOOK_MILLIS = 100;

  private final Terminal terminal;
  private final Display display;
  private final Frame frame;
  private final Refresher refresher;
  private final ScreenKeys keys;
  private volatile Looks looks;
  private volatile Refresher.Latest shown;
  private Looks drawn;
  private final Semaphore woken = new Semaphore(0);
  private volatile boolean ending;
  private volatile boolean resized = true;
  private volatile boolean resumed;

  Screen(Terminal terminal, Refresher refresher, View view) {
    this.terminal = terminal;
    this.display = new Display(terminal, true);
    boolean colours = System.getenv("NO_COLOR") == null;
    this.frame =
        new Frame(Marks.of(terminal.encoding()), colours ? Palette.COLOURS : Palette.MONOCHROME);
    this.refresher = refresher;
    this.shown = refresher.latest();
    this.keys = new ScreenKeys(terminal);
    this.looks = Looks.of(view);
    this.drawn = looks;
  }

  void run() throws InterruptedException {
    Attributes before = raw();
    terminal.handle(Signal.INT, signal -> end());
    // As a shutdown hook this would find the terminal closed by the library's.
    Signals.register("TERM", this::end);
    Signals.register("HUP", this::end);
    terminal.handle(Signal.WINCH, signal -> resized = true);
    terminal.handle(Signal.CONT, signal -> resume());
    try {
      enter();
      refresher.start();
      Thread reading = new Thread(this::readKeys, "modelwarden-keys");
      reading.setDaemon(true);
      reading.start();
      while (!ending) {
        look();
        if (woken.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          woken.drainPermits();
        }
      }
    } finally {
      leave();
      terminal.setAttributes(before);
    }
  }

  private void readKeys() {
    try {
      while (!ending) {
        obey(keys.next(looks.filtering()));
      }
    } catch (IOError hungUp) {
      end();
    }
  }

  private void obey(ScreenKeys.Wish wish) {
    if (wish == ScreenKeys.Wish.NOTHING) {
      return;
    }
    if (wish == ScreenKeys.Wish.QUIT) {
      ending = true;
    } else if (wish == ScreenKeys.Wish.REDRAW) {
      resized = true;
    } else {
      int last = looks.view().rows(shown.snapshot()).size() - 1;
      looks = looks.after(wish, keys.typed(), last, terminal.getHeight() / 2);
    }
    woken.release();
  }

  private void look() {
    if (resumed) {
      resumed = false;
      resized = true;
      enter();
    }
    Looks wanted = looks;
    Refresher.Latest latest = wanted.paused() ? shown : refresher.latest();
    if (latest != shown || wanted != drawn || resized) {
      shown = latest;
      drawn = wanted;
      draw();
    }
  }

  private void draw() {
    Size size = terminal.getSize();
    if (resized) {
      resized = false;
      display.clear();
      display.resize(size.getRows(), size.getColumns());
    }
    display.update(frame.lines(shown.snapshot(), shown.problem(), drawn, size), -1);
  }

  private void end() {
    ending = true;
    woken.release();
  }

  /** The shell took the terminal out of raw mode. */
  private void resume() {
    raw();
    resumed = true;
    woken.release();
  }

  /** Without a key that stops it: that would leave this picture to the shell. */
  private Attributes raw() {
    Attributes found = terminal.enterRawMode();
    Attributes attributes = terminal.getAttributes();
    attributes.setControlChar(ControlChar.VSUSP, 0);
    terminal.setAttributes(attributes);
    return found;
  }

  private void enter() {
    terminal.puts(Capability.enter_ca_mode);
    terminal.puts(Capability.keypad_xmit);
    terminal.puts(Capability.cursor_invisible);
    terminal.flush();
  }

  private void leave() {
    terminal.puts(Capability.keypad_local);
    terminal.puts(Capability.cursor_normal);
    terminal.puts(Capability.exit_ca_mode);
    terminal.flush();
  }
}
