// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathPatternTest {

  @ParameterizedTest
  @CsvSource({
    "/srv/models, /srv/models, true",
    "/srv/models, /srv/models/a/b.gguf, true",
    "/srv/models/, /srv/models/a/b.gguf, true",
    "/srv/models, /srv/models2/a.gguf, false",
    "/srv/*.gguf, /srv/a.gguf, true",
    "/srv/*.gguf, /srv/a/b.gguf, false",
    "/srv/**/x.gguf, /srv/a/b/x.gguf, true",
    "/srv/**/x.gguf, /srv/x.gguf, true",
    "/srv/**, /srv/a, true",
    "/srv/**, /srv2/a, false",
    "/srv/v?/m, /srv/v1/m, true",
    "/srv/v?/m, /srv/v12/m, false",
    "/srv/a.b, /srv/aXb, false",
    "/srv/[a]+(b), /srv/[a]+(b), true",
    "/, /anything/at/all, true"
  })
  void pattern_matchesAsAPersonExpects(String pattern, String path, boolean matches) {
    assertThat(PathPattern.of(pattern).matches(path)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "/srv/models, /srv/models",
    "/srv/models/, /srv/models",
    "/srv/**/x, /srv",
    "/srv/mod*/x, /srv",
    "/srv/v?/x, /srv",
    "/*, /",
    "/, /"
  })
  void fixedFolder_isWhatStandsBeforeTheFirstWildcard(String pattern, String folder) {
    assertThat(PathPattern.of(pattern).fixedFolder()).isEqualTo(folder);
  }
}
