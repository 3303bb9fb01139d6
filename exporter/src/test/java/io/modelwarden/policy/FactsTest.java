// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.session.PeerScope;
import io.modelwarden.session.ProcessOrigin;
import io.modelwarden.telemetry.AttributeNames;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A policy speaks the words of the telemetry schema; what it misspells would allow nothing. */
class FactsTest {

  private static final Set<String> VALUES = Set.of("HOST", "ENTRYPOINT", "EXEC_STDIO");

  @Test
  void everyName_isAnAttribute() throws IllegalAccessException {
    Set<String> known =
        AttributeNames.all().stream()
            .map(attribute -> attribute.key().getKey())
            .collect(Collectors.toSet());
    int names = 0;
    for (Field field : Facts.class.getDeclaredFields()) {
      boolean name = field.getType() == String.class && !VALUES.contains(field.getName());
      if (Modifier.isStatic(field.getModifiers()) && name) {
        assertThat(known).contains((String) field.get(null));
        names++;
      }
    }
    assertThat(names).isEqualTo(18);
  }

  @Test
  void everyValue_isOneThatTheAgentWrites() {
    assertThat(Facts.ORIGINS).containsExactlyInAnyOrderElementsOf(words(ProcessOrigin.values()));
    List<String> scopes = words(PeerScope.values());
    assertThat(scopes).containsAll(Facts.LEAVING);
    assertThat(Facts.HOST).isEqualTo(words(ProcessOrigin.HOST).get(0));
    assertThat(Facts.ENTRYPOINT).isEqualTo(words(ProcessOrigin.ENTRYPOINT).get(0));
  }

  private static List<String> words(Enum<?>... values) {
    return Stream.of(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
  }
}
