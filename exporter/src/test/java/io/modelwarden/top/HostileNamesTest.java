// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.session.Reader;
import java.util.List;
import java.util.Map;
import org.jline.terminal.Size;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever names a file, a process or a container must not steer the terminal of who looks. */
class HostileNamesTest {

  private static final String[] ATTACKS = {
    "\u001b]0;title\u0007", // operating system command
    "\u001b[2J\u001b[H", // clears the screen
    "\u009b31m", // the same by one character of eight bits
    "\u0090q\u009c", // device control
    "a\nb\rc\td\bx\u007f",
    "\u202egpj.exe\u2066",
    "\u2028\u2029\ufeff\u200b"
  };

  @ParameterizedTest
  @ValueSource(ints = {20, 80, 200, PlainTable.ANY_WIDTH})
  void noneGetsThrough_asTable(int width) {
    for (View view : List.of(Snapshots.VIEW, Snapshots.VIEW.otherRows())) {
      for (String attack : ATTACKS) {
        PlainTable.lines(hostile(attack), view, width, UTF_8).forEach(HostileNamesTest::harmless);
      }
    }
  }

  @Test
  void noneGetsThrough_asScreen() {
    Frame frame = new Frame(Marks.UNICODE, Palette.MONOCHROME);
    Looks looks = Looks.of(Snapshots.VIEW);
    for (String attack : ATTACKS) {
      Looks typed = looks.after(ScreenKeys.Wish.CHARACTER, attack, 0, 0);
      String gone = new AgentUnreachable(attack, "is gone", false).getMessage();
      for (Looks each : List.of(looks, typed)) {
        frame.lines(hostile(attack), gone, each, new Size(200, 24)).stream()
            .map(AttributedString::toString)
            .forEach(HostileNamesTest::harmless);
      }
    }
  }

  @Test
  void noneGetsThrough_asJson() {
    for (String attack : ATTACKS) {
      String json = new String(SnapshotJson.write(hostile(attack + "größe")), UTF_8);
      assertThat(json.strip()).matches("[ -~]+");
    }
  }

  @Test
  void noneGetsThrough_asMessage() {
    for (String attack : ATTACKS) {
      harmless(
          String.valueOf(
              new AgentUnreachable("/run/" + attack, "is not there", false).getMessage()));
    }
  }

  private static void harmless(String line) {
    assertThat(line.codePoints())
        .noneMatch(Character::isISOControl)
        .noneMatch(character -> Character.getType(character) == Character.FORMAT)
        .noneMatch(character -> character == 0x2028 || character == 0x2029);
  }

  private static Snapshot hostile(String attack) {
    Reader reader =
        Snapshots.named("m" + attack, "/m/" + attack + ".gguf", "x" + attack, "w" + attack, attack);
    Snapshot good = Snapshots.of(Map.of("l" + attack, 1L), reader);
    AgentState agent = good.agent();
    return new Snapshot(
        1,
        good.time(),
        new AgentState(attack, attack, 1, 1, 1, 1, 1, 1, agent.losses()),
        good.readers(),
        0,
        0);
  }
}
