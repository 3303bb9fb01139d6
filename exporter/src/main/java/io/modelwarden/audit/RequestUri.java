// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The URI of a request as Go reads it, which decides what the request did. */
final class RequestUri {

  private final String path;
  private final String query;

  RequestUri(String uri) {
    int mark = uri.indexOf('?');
    path = mark < 0 ? uri : uri.substring(0, mark);
    query = mark < 0 ? "" : uri.substring(mark + 1);
  }

  /** Decoded parts below the first {@code skipped}, without empty ones and with dots resolved. */
  List<String> pathBelow(int skipped) {
    List<String> parts = new ArrayList<>();
    int seen = 0;
    String decoded = decode(path, false);
    for (String part : (decoded == null ? path : decoded).split("/", -1)) {
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (seen++ < skipped) {
        continue;
      }
      if (!part.equals("..")) {
        parts.add(part);
      } else if (!parts.isEmpty()) {
        parts.remove(parts.size() - 1);
      }
    }
    return parts;
  }

  /** The first, which is the one that counts; empty if there is none. */
  String first(String name) {
    List<String> values = all(name, 1);
    return values.isEmpty() ? "" : values.get(0);
  }

  List<String> all(String name, int limit) {
    List<String> values = new ArrayList<>();
    int from = 0;
    while (from <= query.length() && values.size() < limit) {
      int end = query.indexOf('&', from);
      end = end < 0 ? query.length() : end;
      String value = valueOf(name, query.substring(from, end));
      if (value != null) {
        values.add(value);
      }
      from = end + 1;
    }
    return values;
  }

  /** Go leaves out pairs that hold a semicolon or a wrong escape. */
  private static @Nullable String valueOf(String name, String pair) {
    int equals = pair.indexOf('=');
    if (equals < 0 || pair.indexOf(';') >= 0) {
      return null;
    }
    return name.equals(decode(pair.substring(0, equals), true))
        ? decode(pair.substring(equals + 1), true)
        : null;
  }

  /** Null where an escape is wrong. */
  private static @Nullable String decode(String text, boolean plusIsSpace) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < encoded.length; i++) {
      if (encoded[i] != '%') {
        bytes.write(plusIsSpace && encoded[i] == '+' ? ' ' : encoded[i]);
        continue;
      }
      int high = i + 2 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(encoded[i + 2], 16);
      if (low < 0) {
        return null;
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
