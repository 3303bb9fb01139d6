// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.session.Reader;
import io.modelwarden.top.ScreenKeys.Wish;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jline.terminal.Size;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameTest {

  private final Frame frame = new Frame(Marks.UNICODE, Palette.COLOURS);
  private final Looks looks = Looks.of(Snapshots.VIEW);

  @ParameterizedTest
  @CsvSource({"80, 24", "200, 50", "40, 10", "10, 3", "1, 1"})
  void aPicture_isAsLargeAsTheScreen(int columns, int rows) {
    Size size = new Size(columns, rows);
    for (Looks each :
        List.of(looks, looks.after(Wish.HELP, "", 0, 0), looks.after(Wish.FILTER, "", 0, 0))) {
      List<AttributedString> lines = frame.lines(Snapshots.theft(), "gone", each, size);
      assertThat(lines).hasSize(rows);
      assertThat(lines).allMatch(line -> line.columnLength() <= columns);
    }
  }

  @Test
  void titlesStay_whileRowsScroll() {
    Snapshot many =
        Snapshots.of(
            Map.of(),
            IntStream.rangeClosed(1, 50).mapToObj(FrameTest::reader).toArray(Reader[]::new));
    List<String> lines = text(many, null, looks.after(Wish.PAGE_DOWN, "", 49, 20));
    assertThat(lines.get(3)).startsWith("S MODEL");
    assertThat(lines.get(4)).contains("reader21");
    assertThat(lines.get(23)).endsWith("50 rows");
  }

  @Test
  void theLastKnownTable_staysWhenTheAgentIsGone() {
    List<String> lines = text(Snapshots.theft(), "/run/x.sock is not there", looks);
    assertThat(lines.get(2)).isEqualTo("/run/x.sock is not there");
    assertThat(lines).anyMatch(line -> line.contains("python3"));
  }

  @Test
  void losses_areRed() {
    List<AttributedString> lines =
        frame.lines(Snapshots.of(Map.of("ring_full", 1L)), null, looks, new Size(80, 24));
    assertThat(lines.get(2).styleAt(0))
        .isEqualTo(AttributedStyle.BOLD.foreground(AttributedStyle.RED));
  }

  @Test
  void emptiness_saysWhy() {
    assertThat(text(Snapshots.of(Map.of()), null, looks)).contains("nobody reads a model");
    assertThat(text(Snapshots.theft(), null, looks.after(Wish.CHARACTER, "zzz", 0, 0)))
        .contains("no row has that");
  }

  @Test
  void theBar_saysWhatIsTyped() {
    Looks typing = looks.after(Wish.FILTER, "", 0, 0).after(Wish.CHARACTER, "py", 0, 0);
    assertThat(text(Snapshots.theft(), null, typing).get(23))
        .startsWith("filter: py_")
        .endsWith(" 1 row");
    Looks paused = typing.after(Wish.ACCEPT, "", 0, 0).after(Wish.PAUSE, "", 0, 0);
    assertThat(text(Snapshots.theft(), null, paused).get(23))
        .startsWith("q quit")
        .endsWith("PAUSED  filter: py  1 row");
  }

  private List<String> text(
      Snapshot snapshot, @org.jspecify.annotations.Nullable String problem, Looks at) {
    return frame.lines(snapshot, problem, at, new Size(80, 24)).stream()
        .map(AttributedString::toString)
        .toList();
  }

  private static Reader reader(int i) {
    Reader one =
        Snapshots.named("m", "/m/m.gguf", "reader%02d".formatted(51 - i), "w", "192.0.2.1");
    return new Reader(
        i, one.executable(), "", 0, one.workload(), "host", false, 0, one.sent(), one.readings());
  }
}
