// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The settings file. Nodes are read, not objects, so that messages can name lines. */
final class YamlFile {

  private static final int LARGEST_BYTES = 1 << 20;
  private static final int DEEPEST = 8;

  private final Path file;
  private final Map<String, Key<?>> keys = new HashMap<>();
  private final Map<String, Raw> values = new HashMap<>();

  private YamlFile(Path file) {
    this.file = file;
    Keys.all().forEach(key -> keys.put(key.name(), key));
  }

  static Map<String, Raw> read(Path file) {
    return new YamlFile(file).parse();
  }

  private Map<String, Raw> parse() {
    try {
      byte[] bytes = bytes();
      if (bytes.length > LARGEST_BYTES) {
        throw new ConfigurationException(
            file + ": is larger than 1 MiB: a settings file has some dozen lines");
      }
      // Aliases are what a small file grows a huge tree with; settings need none.
      LoadSettings limits =
          LoadSettings.builder().setMaxAliasesForCollections(0).setCodePointLimit(1 << 20).build();
      new Compose(limits)
          .composeString(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString())
          .ifPresent(root -> walk("", root, DEEPEST));
      return values;
    } catch (YamlEngineException wrong) {
      throw new ConfigurationException(
          file + line(wrong) + ": is not valid YAML: " + reason(wrong) + ": correct it");
    } catch (StackOverflowError deep) {
      throw new ConfigurationException(file + ": is nested too deeply: settings have three levels");
    } catch (CharacterCodingException binary) {
      throw new ConfigurationException(file + ": is not UTF-8 text: is it a settings file?");
    } catch (IOException unreadable) {
      throw new ConfigurationException(
          file
              + ": cannot be read ("
              + unreadable.getClass().getSimpleName()
              + "): check path and permissions");
    }
  }

  /** At most one byte more than allowed: a device or a pipe has no size and may never end. */
  private byte[] bytes() throws IOException {
    try (InputStream input = Files.newInputStream(file)) {
      return input.readNBytes(LARGEST_BYTES + 1);
    }
  }

  private void walk(String prefix, Node node, int levels) {
    if (isEmpty(node)) {
      return; // a section whose keys are all commented out
    }
    if (!(node instanceof MappingNode mapping) || levels == 0) {
      throw refused(node, (prefix.isEmpty() ? "the file" : prefix) + ": is not a map of settings");
    }
    for (NodeTuple pair : mapping.getValue()) {
      String name =
          prefix.isEmpty() ? scalar(pair.getKeyNode()) : prefix + "." + scalar(pair.getKeyNode());
      Key<?> key = keys.get(name);
      if (key != null) {
        if (values.put(name, value(key, pair.getValueNode())) != null) {
          throw refused(pair.getKeyNode(), name + ": is there twice: keep one");
        }
      } else if (keys.keySet().stream().anyMatch(known -> known.startsWith(name + "."))) {
        walk(name, pair.getValueNode(), levels - 1);
      } else {
        throw refused(
            pair.getKeyNode(), name + ": unknown setting" + Suggestion.of(name, keys.keySet()));
      }
    }
  }

  private static String line(YamlEngineException wrong) {
    return wrong instanceof MarkedYamlEngineException marked
        ? marked.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("")
        : "";
  }

  private static String reason(YamlEngineException wrong) {
    String reason =
        wrong instanceof MarkedYamlEngineException marked
            ? marked.getProblem()
            : wrong.getMessage();
    return String.valueOf(reason).lines().findFirst().orElse("");
  }

  private static boolean isEmpty(Node node) {
    return node instanceof ScalarNode scalar && scalar.getValue().isEmpty() && scalar.isPlain();
  }

  private Raw value(Key<?> key, Node node) {
    String place = place(node);
    switch (key.kind()) {
      case LIST -> {
        if (node instanceof SequenceNode sequence) {
          List<String> items = new ArrayList<>();
          sequence.getValue().forEach(item -> items.add(scalar(item)));
          return Raw.list(place, items);
        }
      }
      case MAP -> {
        if (node instanceof MappingNode mapping) {
          Map<String, String> pairs = new LinkedHashMap<>();
          for (NodeTuple pair : mapping.getValue()) {
            String name = scalar(pair.getKeyNode());
            if (pairs.put(name, scalar(pair.getValueNode())) != null) {
              throw refused(
                  pair.getKeyNode(), key.name() + "." + name + ": is there twice: keep one");
            }
          }
          return Raw.map(place, pairs);
        }
      }
      case TEXT -> {
        return Raw.text(place, scalar(node));
      }
    }
    throw refused(
        node,
        key.name()
            + ": is not a "
            + (key.kind() == Key.Kind.LIST ? "list" : "map")
            + " ("
            + key.rule()
            + ")");
  }

  private String scalar(Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw refused(node, "a single value is needed here, not a list or map");
  }

  private String place(Node node) {
    return file + node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
  }

  private ConfigurationException refused(Node node, String message) {
    return new ConfigurationException(place(node) + ": " + message);
  }
}
