// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Walks JSON without keeping it. A batch holds requests of many users, with bodies as they were
 * sent: whatever the API server itself lets pass must not make the others' records unreadable.
 */
final class Json {

  /** Above what the API server takes as a body (3 MiB), which it may repeat in one text. */
  private static final int LONGEST_TEXT = 4 << 20;

  /** Above Go's limit of 10,000. */
  private static final int DEEPEST = 10_100;

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          // Names chosen to collide would be refused; and kept until the end.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxStringLength(LONGEST_TEXT)
                  .maxNameLength(LONGEST_TEXT)
                  .maxNumberLength(LONGEST_TEXT)
                  .build())
          .build();

  /** Reads the value of one field, or leaves it. */
  @FunctionalInterface
  interface FieldReader {
    void read(String name) throws IOException;
  }

  /** Reads one element. */
  @FunctionalInterface
  interface ElementReader {
    void read() throws IOException;
  }

  private Json() {}

  /** Bytes that are no UTF-8 become U+FFFD: Go lets them pass in bodies. */
  static JsonParser parse(InputStream in) throws IOException {
    return FACTORY.createParser(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /** Nothing where there is no object. */
  static void fields(JsonParser json, FieldReader reader) throws IOException {
    if (!json.hasToken(JsonToken.START_OBJECT)) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      reader.read(name);
      json.skipChildren(); // does nothing where the value was read
    }
  }

  /** Nothing where there is no array. */
  static void elements(JsonParser json, ElementReader reader) throws IOException {
    if (!json.hasToken(JsonToken.START_ARRAY)) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      reader.read();
      json.skipChildren();
    }
  }

  static void texts(JsonParser json, Consumer<String> to) throws IOException {
    elements(json, () -> to.accept(text(json)));
  }

  static String text(JsonParser json) throws IOException {
    return json.hasToken(JsonToken.VALUE_STRING) ? json.getText() : "";
  }
}
