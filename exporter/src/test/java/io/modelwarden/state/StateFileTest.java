// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.HeldModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one agent leaves to the next, and what is not believed. */
class StateFileTest {

  private static final long BOOT = 1_700_000_000_000_000_000L;
  private static final long LATER_BOOT = BOOT + 3_600_000_000_000L; // the clock was set

  private static final List<HeldModel> HOLDERS =
      List.of(
          held(new ProcessKey(4_194_303, Integer.MAX_VALUE, Long.MAX_VALUE), "org/a model=1", 5),
          held(new ProcessKey(7, 0, 1), "", 0),
          held(new ProcessKey(7, 0, 1), "ünïcode", 9));

  @TempDir Path folder;
  private Path path;
  private StateFile file;

  private static HeldModel held(ProcessKey process, String model, long ends) {
    return new HeldModel(
        process, model, 14L << 30, 1L << 40, BOOT + 17, BOOT + 4, ends == 0 ? 0 : BOOT + ends);
  }

  @BeforeEach
  void make() {
    path = folder.resolve("own/state");
    file = new StateFile(path);
  }

  @Test
  void holders_comeBackAsTheyWere_forTheirOwnersEyesOnly() throws IOException {
    assertThat(file.read(BOOT)).as("nothing was left").isEmpty();
    file.write(HOLDERS, BOOT);
    assertThat(file.read(BOOT)).isEqualTo(HOLDERS);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.getParent())))
        .isEqualTo("rwx------");
    file.write(List.of(), BOOT);
    assertThat(file.read(BOOT)).isEmpty();
    assertThat(folder.resolve("own").toFile().list()).containsExactly("state");
  }

  @Test
  void times_areThoseOfTheBoot_whateverTheClockSays() throws IOException {
    file.write(HOLDERS, BOOT);
    HeldModel read = file.read(LATER_BOOT).get(0);
    assertThat(read.sinceEpochNanos()).isEqualTo(LATER_BOOT + 17);
    assertThat(read.endsEpochNanos()).isEqualTo(LATER_BOOT + 5);
    assertThat(file.read(LATER_BOOT).get(1).endsEpochNanos()).isZero();
  }

  @Test
  void anotherBoot_leavesNothing_evenHalfWritten() throws IOException {
    file.write(HOLDERS, BOOT);
    replaceAll("(?m)^boot .*$", "boot 00000000-0000-0000-0000-000000000000");
    assertThat(file.read(BOOT)).isEmpty();
    Files.writeString(path, Files.readString(path).substring(0, 120));
    assertThat(file.read(BOOT)).isEmpty();
  }

  @Test
  void anotherVersion_isRefused() throws IOException {
    file.write(HOLDERS, BOOT);
    replaceAll("holders 1", "holders 2");
    refused("is of another version (2)");
  }

  @Test
  void everyPrefixAndEveryChangedByte_isRefused() throws IOException {
    file.write(HOLDERS, BOOT);
    byte[] good = Files.readAllBytes(path);
    int body = new String(good, StandardCharsets.UTF_8).indexOf("held");
    for (int length = 0; length < good.length; length++) {
      Files.write(path, java.util.Arrays.copyOf(good, length));
      if (length > 0 && length < body) {
        assertThatThrownBy(() -> file.read(BOOT)).isInstanceOf(StateRefused.class);
      } else {
        refused("is damaged");
      }
    }
    for (int at = body; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      Files.write(path, bad);
      refused("is damaged");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "held 1 0 1 1 1 1 1 1", // no name
        "held 1 0 1 -1 1 1 1 1 x",
        "held 99999999999 0 1 1 1 1 1 1 x",
        "held one 0 1 1 1 1 1 1 x",
        "hold 1 0 1 1 1 1 1 1 x",
        "",
      })
  void lineThatNoAgentWrites_isRefused_thoughTheSumIsRight(String line) throws IOException {
    file.write(List.of(), BOOT);
    String head = Files.readString(path).replaceFirst("(?s)end .*", "") + line + "\n";
    java.util.zip.CRC32 sum = new java.util.zip.CRC32();
    sum.update(head.getBytes(StandardCharsets.UTF_8));
    Files.writeString(path, head + "end 1 " + Long.toHexString(sum.getValue()) + "\n");
    refused("is damaged");
  }

  @Test
  void fileWithoutEnd_isNotReadIntoMemory() throws IOException {
    file.write(List.of(), BOOT);
    try (var channel =
        java.nio.channels.FileChannel.open(path, java.nio.file.StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.allocate(1), 1L << 40);
    }
    refused("is larger than 2097152 bytes");
  }

  /** Even what one agent can hold at most comes back. */
  @Test
  void mostHoldersWithTheLongestNames_fit() throws IOException {
    List<HeldModel> most = new ArrayList<>();
    for (int i = 0; i < StateFile.MOST_HOLDERS; i++) {
      most.add(held(new ProcessKey(i, Integer.MAX_VALUE, Long.MAX_VALUE - i), "n".repeat(255), 1));
    }
    file.write(most, BOOT);
    assertThat(file.read(BOOT)).isEqualTo(most);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-rw----", "rw-----w-"})
  void fileThatOthersCanWrite_isRefused(String mode) throws IOException {
    file.write(HOLDERS, BOOT);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    refused("can be written by others, is theirs or is no file (" + mode);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwx---", "rwxr-xrwx"})
  void folderThatOthersCanWrite_isRefused_andNothingIsLeftThere(String mode) throws IOException {
    file.write(HOLDERS, BOOT);
    Files.setPosixFilePermissions(path.getParent(), PosixFilePermissions.fromString(mode));
    refused("lies in " + path.getParent() + ", which can be written by others");
    assertThatThrownBy(() -> file.write(List.of(), BOOT)).isInstanceOf(StateRefused.class);
  }

  @Test
  void linkOrPipeInItsPlace_isRefused() throws IOException {
    Path other = Files.writeString(folder.resolve("other"), "secret");
    Files.createDirectories(path.getParent());
    Files.createSymbolicLink(path, other);
    refused("is no file");
    file.write(HOLDERS, BOOT);
    assertThat(Files.readString(other)).isEqualTo("secret");
    assertThat(file.read(BOOT)).isEqualTo(HOLDERS);
  }

  /** Left by an agent that was killed in the middle, or laid there by somebody. */
  @Test
  void whatLiesInTheWay_isReplaced_notFollowed() throws IOException {
    Path other = Files.writeString(folder.resolve("other"), "secret");
    file.write(List.of(), BOOT);
    Files.createSymbolicLink(path.resolveSibling("state.new"), other);
    file.write(HOLDERS, BOOT);
    assertThat(Files.readString(other)).isEqualTo("secret");
    assertThat(file.read(BOOT)).isEqualTo(HOLDERS);
  }

  private void replaceAll(String pattern, String by) throws IOException {
    Files.writeString(path, Files.readString(path).replaceAll(pattern, by));
  }

  private void refused(String message) {
    assertThatThrownBy(() -> file.read(BOOT))
        .isInstanceOf(StateRefused.class)
        .hasMessageContaining(message);
  }
}
