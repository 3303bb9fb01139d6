// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A part of a YAML file. Nodes are read, not objects, so that messages can name lines. */
public final class YamlNode {

  private static final int LARGEST_BYTES = 1 << 20;
  private static final int LONGEST_SHOWN = 80;

  private final Path file;
  private final Node node;

  private YamlNode(Path file, Node node) {
    this.file = file;
    this.node = node;
  }

  /**
   * The root of a file, or nothing if the file says nothing.
   *
   * @throws ConfigurationException if it cannot be read, is larger than 1 MiB or is not YAML
   */
  public static Optional<YamlNode> read(Path file) {
    try {
      byte[] bytes = bytes(file);
      if (bytes.length > LARGEST_BYTES) {
        throw new ConfigurationException(file + ": is larger than 1 MiB: split it or shorten it");
      }
      return new Compose(limits())
          .composeString(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString())
          .map(root -> new YamlNode(file, root));
    } catch (YamlEngineException wrong) {
      throw new ConfigurationException(
          file + line(wrong) + ": is not valid YAML: " + reason(wrong) + ": correct it");
    } catch (StackOverflowError deep) {
      throw new ConfigurationException(file + ": is nested too deeply: three levels are enough");
    } catch (CharacterCodingException binary) {
      throw new ConfigurationException(file + ": is not UTF-8 text: is it the right file?");
    } catch (IOException unreadable) {
      throw new ConfigurationException(
          file
              + ": cannot be read ("
              + unreadable.getClass().getSimpleName()
              + "): check path and permissions");
    }
  }

  /**
   * The root of a text, or nothing if it says nothing.
   *
   * @throws IllegalArgumentException if it is not YAML
   */
  static Optional<YamlNode> parse(String text) {
    try {
      return new Compose(limits()).composeString(text).map(root -> new YamlNode(Path.of(""), root));
    } catch (YamlEngineException wrong) {
      throw new IllegalArgumentException("is not valid YAML: " + reason(wrong) + ": correct it");
    } catch (StackOverflowError deep) {
      throw new IllegalArgumentException("is nested too deeply: three levels are enough");
    }
  }

  /** Aliases are what a small file grows a huge tree with; nothing here needs one. */
  private static LoadSettings limits() {
    return LoadSettings.builder()
        .setMaxAliasesForCollections(0)
        .setCodePointLimit(LARGEST_BYTES)
        .build();
  }

  /** At most one byte more than allowed: a device or a pipe has no size and may never end. */
  private static byte[] bytes(Path file) throws IOException {
    try (InputStream input = Files.newInputStream(file)) {
      return input.readNBytes(LARGEST_BYTES + 1);
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

  /** Such as {@code modelwarden.yaml:12}. */
  public String place() {
    return file + (line() == 0 ? "" : ":" + line());
  }

  /** Counted from 1, or 0 if it is not known. */
  public int line() {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  /** Whether nothing stands there, as where all below is commented out. */
  public boolean isEmpty() {
    return node instanceof ScalarNode scalar && scalar.getValue().isEmpty() && scalar.isPlain();
  }

  public boolean isMap() {
    return node instanceof MappingNode;
  }

  public boolean isList() {
    return node instanceof SequenceNode;
  }

  public boolean isText() {
    return node instanceof ScalarNode;
  }

  /** A single value as it is written, whatever type YAML would give it. */
  public String text() {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw refused("a single value is needed here, not a list or map");
  }

  /** The items of a list; of anything else none. */
  public List<YamlNode> items() {
    return node instanceof SequenceNode list
        ? list.getValue().stream().map(item -> new YamlNode(file, item)).toList()
        : List.of();
  }

  /** A key of a map and what stands there. */
  public record Pair(YamlNode key, YamlNode value) {}

  /** Those of a map, in the order of the file, also where a key is there twice. */
  public List<Pair> pairs() {
    return node instanceof MappingNode map
        ? map.getValue().stream()
            .map(
                pair ->
                    new Pair(
                        new YamlNode(file, pair.getKeyNode()),
                        new YamlNode(file, pair.getValueNode())))
            .toList()
        : List.of();
  }

  /** A refusal of what stands here, with its place in front. */
  public ConfigurationException refused(String message) {
    return new ConfigurationException(place() + ": " + message);
  }

  /** A value as messages show it: however long it is, the rule behind it is still to be read. */
  public static String shown(String value) {
    return value.length() > LONGEST_SHOWN ? value.substring(0, LONGEST_SHOWN) + "…" : value;
  }
}
