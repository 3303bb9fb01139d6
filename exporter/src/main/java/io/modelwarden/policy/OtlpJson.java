// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Walks through OTLP as JSON without holding more of it than what is asked for. */
final class OtlpJson {

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(32).maxStringLength(1 << 20).build())
          .build();

  private OtlpJson() {}

  /** Reads what the parser stands at, to its last token. */
  interface Part {
    void read(JsonParser parser) throws IOException;
  }

  static JsonParser parser(InputStream input) throws IOException {
    return FACTORY.createParser(input);
  }

  /** The fields of an object that have a part; others are skipped. */
  static void object(JsonParser parser, Map<String, Part> parts) throws IOException {
    expect(parser, JsonToken.START_OBJECT);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      expect(parser, JsonToken.FIELD_NAME);
      Part part = parts.getOrDefault(parser.currentName(), JsonParser::skipChildren);
      parser.nextToken();
      part.read(parser);
    }
  }

  static void array(JsonParser parser, Part item) throws IOException {
    expect(parser, JsonToken.START_ARRAY);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      item.read(parser);
    }
  }

  /** Adds those attributes that are wanted and are texts. */
  static Part attributes(Set<String> wanted, Map<String, String> into) {
    return array -> array(array, attribute -> attribute(attribute, wanted, into));
  }

  private static void attribute(JsonParser parser, Set<String> wanted, Map<String, String> into)
      throws IOException {
    Map<String, String> pair = new HashMap<>();
    object(
        parser,
        Map.of(
            "key",
            key -> pair.put("key", key.getText()),
            "value",
            value ->
                object(value, Map.of("stringValue", text -> pair.put("value", text.getText())))));
    String key = pair.get("key");
    String value = pair.get("value");
    if (key != null && value != null && wanted.contains(key)) {
      into.put(key, value);
    }
  }

  private static void expect(JsonParser parser, JsonToken expected) throws IOException {
    if (parser.currentToken() != expected) {
      throw new JsonParseException(
          parser, "there is " + parser.currentToken() + " instead of " + expected);
    }
  }
}
