// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parsers that hold a value to its rule. */
final class Rules {

  private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,4})?) ?%");
  private static final Pattern SUFFIX = Pattern.compile("\\.[a-z0-9_.-]{1,15}");

  private static final int LONGEST_SOCKET = 100;

  private static final Pattern LABEL_KEY =
      Pattern.compile(
          "([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([\\w.-]{0,61}[A-Za-z0-9])?");

  private Rules() {}

  static Function<Raw, Long> bytes(long minimum, long maximum) {
    return raw -> {
      long value = Units.bytes(raw.text());
      if (value < minimum || value > maximum) {
        throw new IllegalArgumentException("is not from " + minimum + " to " + maximum + " bytes");
      }
      return value;
    };
  }

  static Function<Raw, Duration> duration(Duration minimum, Duration maximum) {
    return raw -> {
      Duration value = Units.duration(raw.text());
      if (value.compareTo(minimum) < 0 || value.compareTo(maximum) > 0) {
        throw new IllegalArgumentException(
            "is not from " + minimum.toSeconds() + "s to " + maximum.toSeconds() + "s");
      }
      return value;
    };
  }

  static Function<Raw, Integer> count(int minimum, int maximum) {
    return raw -> {
      try {
        int value = Integer.parseInt(raw.text());
        if (value >= minimum && value <= maximum) {
          return value;
        }
      } catch (NumberFormatException ignored) {
        // the message below says what it must be
      }
      throw new IllegalArgumentException("is not a number from " + minimum + " to " + maximum);
    };
  }

  /** A part of one. */
  static Function<Raw, Double> percent(double minimum, double maximum) {
    return raw -> {
      Matcher matcher = PERCENT.matcher(raw.text());
      double value = matcher.matches() ? Double.parseDouble(matcher.group(1)) : -1;
      if (value < minimum || value > maximum) {
        throw new IllegalArgumentException("is not a percentage such as 5%");
      }
      return value / 100;
    };
  }

  static Boolean flag(Raw raw) {
    return switch (raw.text().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("is not true or false");
    };
  }

  static Integer ringBytes(Raw raw) {
    long value = bytes(64 << 10, 64 << 20).apply(raw);
    if (Long.bitCount(value) != 1) {
      throw new IllegalArgumentException("is not a power of two, such as 1MiB");
    }
    return (int) value;
  }

  static String oneOf(Raw raw, List<String> words) {
    if (!words.contains(raw.text())) {
      throw new IllegalArgumentException("is not one of " + String.join(", ", words));
    }
    return raw.text();
  }

  static String readableFile(Raw raw) {
    if (!raw.text().isEmpty() && !Files.isReadable(Path.of(raw.text()))) {
      throw new IllegalArgumentException("is not there or cannot be read: name a readable file");
    }
    return raw.text();
  }

  static String line(Raw raw) {
    if (raw.text().length() > 200 || raw.text().chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("is no text of up to 200 characters on one line");
    }
    return raw.text();
  }

  static String labelKey(String key) {
    if (!LABEL_KEY.matcher(key).matches()) {
      throw new IllegalArgumentException("is no key of Kubernetes, such as app.kubernetes.io/name");
    }
    return key;
  }

  static List<String> suffixes(Raw raw) {
    if (raw.list().size() > 32) {
      throw new IllegalArgumentException("has more than 32 suffixes: the kernel compares 32");
    }
    for (String suffix : raw.list()) {
      if (!SUFFIX.matcher(suffix).matches()) {
        throw new IllegalArgumentException(
            "has the suffix '" + suffix + "': write a dot and 1 to 15 of a-z, 0-9, '.', '_', '-'");
      }
    }
    return raw.list().stream().distinct().toList();
  }

  static List<String> paths(Raw raw) {
    raw.list().forEach(Rules::path);
    return raw.list();
  }

  static String path(String path) {
    if (!path.startsWith("/") || path.chars().anyMatch(character -> character < ' ')) {
      throw new IllegalArgumentException(
          "has the path '" + path + "': write it from / on, on one line");
    }
    return path;
  }

  /** The kernel takes 107 bytes; beside the socket lies its lock. */
  static Optional<Path> socket(Raw raw) {
    String path = raw.text();
    boolean named = path.startsWith("/") && !path.endsWith("/");
    boolean shown = path.chars().noneMatch(Character::isISOControl);
    if (!path.isEmpty()
        && !(named && shown && path.getBytes(StandardCharsets.UTF_8).length <= LONGEST_SOCKET)) {
      throw new IllegalArgumentException(
          "is no path of a socket, such as " + Keys.TOP_SOCKET.defaultText());
    }
    return path.isEmpty() ? Optional.empty() : Optional.of(Path.of(path));
  }

  /** From pattern of path to name of model. */
  static Map<String, String> names(Raw raw) {
    raw.map()
        .forEach(
            (pattern, name) -> {
              path(pattern);
              if (name.isBlank() || name.length() > 200 || name.chars().anyMatch(c -> c < ' ')) {
                throw new IllegalArgumentException(
                    "has no usable name for '" + pattern + "': write 1 to 200 characters");
              }
            });
    return raw.map();
  }

  /** From pattern of path to model. */
  static Map<String, DeclaredModel> declaredModels(Raw raw) {
    names(raw);
    Map<String, DeclaredModel> models = new LinkedHashMap<>();
    raw.map()
        .forEach(
            (pattern, text) -> {
              try {
                models.put(pattern, DeclaredModel.parse(text));
              } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(
                    "has '" + text + "' for '" + pattern + "', which " + wrong.getMessage());
              }
            });
    return models;
  }

  static Optional<Path> file(Raw raw) {
    String path = raw.text();
    boolean named = path.startsWith("/") && !path.endsWith("/");
    if (!path.isEmpty() && !(named && path.chars().noneMatch(Character::isISOControl))) {
      throw new IllegalArgumentException(
          "is no path of a file, such as " + Keys.STATE_FILE.defaultText());
    }
    return path.isEmpty() ? Optional.empty() : Optional.of(Path.of(path));
  }

  static <T> Function<Raw, List<T>> each(Function<String, T> parse) {
    return raw -> {
      List<T> values = new ArrayList<>();
      for (String item : raw.list()) {
        try {
          values.add(parse.apply(item));
        } catch (IllegalArgumentException wrong) {
          throw new IllegalArgumentException("has '" + item + "', which " + wrong.getMessage());
        }
      }
      return List.copyOf(values);
    };
  }
}
