// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cat /models/meta-llama/Llama-3.1-70B-Instruct/model-00001-of-00030.safetensors",
        "tar cf - /models/models--org--name/snapshots/0123456789abcdef0123456789abcdef01234567/a.gguf",
        "curl -T /models/a.gguf https://bucket.example.com/upload/part-1",
        "nvidia-smi --query --format csv",
      })
  void whatTellsOfTheCopy_stays(String command) {
    assertThat(Commands.redacted(List.of("sh", "-c", command)))
        .containsExactly("sh", "-c", command);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AWS_SECRET_ACCESS_KEY=abc aws s3 cp|AWS_SECRET_ACCESS_KEY=*** aws s3 cp",
        "X=\"a b c\" run|X=*** run",
        "X=\"a b c|X=***",
        "mysql --password hunter2 db|mysql --password *** db",
        "curl -u me:pw https://x/|curl -u *** https://x/",
        "curl --oauth2-bearer abc.def x|curl --oauth2-bearer *** x",
        "curl -H \"Authorization: Bearer abc\" x|curl -H \"Authorization: ***\" x",
        "curl -H \"X-Api-Key: abc def\" x|curl -H \"X-Api-Key: ***\" x",
        "git clone https://me:pw@git.example/x|git clone https://***@git.example/x",
        "curl https://x/?sig=abc&se=1|curl https://x/?sig=***&se=***",
        "echo hf_AbCdEfGhIjKlMnOpQr|echo ***",
        "echo AKIAIOSFODNN7EXAMPLE|echo ***",
        "echo wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY|echo ***",
        "echo eyJhbGciOi.eyJzdWIiOiIx.SflKxwRJSM|echo ***",
      })
  void whatLooksSecret_isHidden(String command, String shown) {
    assertThat(Commands.redacted(List.of(command))).containsExactly(shown);
  }

  @Test
  void valueAfterAnOption_isHiddenWhereItIsAnArgumentOfItsOwn() {
    assertThat(Commands.redacted(List.of("login", "--token", "abc", "--user", "me", "-p", "pw")))
        .containsExactly("login", "--token", "***", "--user", "me", "-p", "***");
  }

  @Test
  void manyAndLongArguments_areBounded() {
    assertThat(Commands.redacted(Collections.nCopies(65, "x"))).hasSize(65).endsWith("…");
    List<String> shown = Commands.redacted(Collections.nCopies(60, "word ".repeat(100_000)));
    assertThat(shown).hasSizeLessThan(5).endsWith("…");
    assertThat(String.join("", shown)).hasSizeLessThan(2100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-", "a", "=", "\"", "pass", "-pass ", "bearer ", "://", "a1", "eyJ", "key:"})
  void hostileRepetition_takesNoTime(String part) {
    List<String> hostile = Collections.nCopies(64, part.repeat(10_000));
    assertTimeoutPreemptively(Duration.ofSeconds(2), () -> Commands.redacted(hostile));
  }
}
