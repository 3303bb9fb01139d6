// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.modelwarden.config.ConfigurationException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Who has read a model, by the spans that the collector's file backend has written: OTLP as JSON, a
 * request on each line. Read as a stream: a file may be larger than memory.
 */
public final class SpanReaders {

  private static final Set<String> OF_RESOURCES =
      Set.of(Facts.NAMESPACE, Facts.POD_UID, Facts.WORKLOAD_KIND, Facts.WORKLOAD_NAME);
  private static final Set<String> OF_SPANS =
      Set.of(Facts.OPERATION, Facts.MODEL, Facts.EXECUTABLE, Facts.ORIGIN, Facts.CONTAINER_ID);
  private static final Set<String> ACCESSES = Set.of("read", "mmap");

  private final Consumer<Reader> readers;
  private long accesses;
  private long leftOut;
  private boolean incomplete;

  private SpanReaders(Consumer<Reader> readers) {
    this.readers = readers;
  }

  /**
   * What a file had.
   *
   * @param accesses spans of models that were read or mapped
   * @param leftOut those of them that name no reader which a rule could name
   * @param incomplete whether the last line was still being written
   */
  public record Found(long accesses, long leftOut, boolean incomplete) {}

  /**
   * Adds the readers of a file to those that are known.
   *
   * @param added is told of each that was not
   * @throws ConfigurationException if it is no such file
   */
  public static Found learn(Path file, LearnedReaders learned, Consumer<String> added) {
    SpanReaders found =
        new SpanReaders(
            reader -> {
              if (learned.add(reader)) {
                added.accept(reader.toString());
              }
            });
    try (EndOfFile input = new EndOfFile(Files.newInputStream(file));
        JsonParser parser = OtlpJson.parser(input)) {
      found.read(file, input, parser);
    } catch (IOException unreadable) {
      throw new ConfigurationException(
          file
              + ": cannot be read ("
              + unreadable.getClass().getSimpleName()
              + "): check path and permissions");
    }
    return new Found(found.accesses, found.leftOut, found.incomplete);
  }

  /** Says whether the parser has come to the end: then that is what it complains of. */
  private static final class EndOfFile extends FilterInputStream {
    private boolean reached;

    EndOfFile(InputStream input) {
      super(input);
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      int count = super.read(to, offset, length);
      reached |= count < 0;
      return count;
    }
  }

  private void read(Path file, EndOfFile input, JsonParser parser) throws IOException {
    try {
      while (parser.nextToken() != null) {
        request(parser);
      }
    } catch (JsonProcessingException wrong) {
      if (input.reached) {
        incomplete = true;
        return;
      }
      throw new ConfigurationException(
          "%s:%d: is no line of spans as OTLP in JSON (%s): name the spans.jsonl of the file backend"
              .formatted(
                  file, parser.currentTokenLocation().getLineNr(), wrong.getOriginalMessage()));
    }
  }

  private void request(JsonParser parser) throws IOException {
    boolean[] spans = {false};
    OtlpJson.object(
        parser,
        Map.of(
            "resourceSpans",
            array -> {
              spans[0] = true;
              OtlpJson.array(array, this::resource);
            }));
    if (!spans[0]) {
      throw new JsonParseException(parser, "there are no resourceSpans");
    }
  }

  /** A resource may stand behind its spans: what is equal of them is held once until then. */
  private void resource(JsonParser parser) throws IOException {
    Map<String, String> resource = new HashMap<>();
    Map<Map<String, String>, Long> spans = new LinkedHashMap<>();
    OtlpJson.Part span =
        object -> {
          Map<String, String> facts = new HashMap<>();
          OtlpJson.object(object, Map.of("attributes", OtlpJson.attributes(OF_SPANS, facts)));
          if (ACCESSES.contains(facts.getOrDefault(Facts.OPERATION, ""))) {
            spans.merge(facts, 1L, Long::sum);
          }
        };
    OtlpJson.Part scope =
        object -> OtlpJson.object(object, Map.of("spans", array -> OtlpJson.array(array, span)));
    OtlpJson.object(
        parser,
        Map.of(
            "resource",
            object ->
                OtlpJson.object(
                    object, Map.of("attributes", OtlpJson.attributes(OF_RESOURCES, resource))),
            "scopeSpans",
            array -> OtlpJson.array(array, scope)));
    spans.forEach((facts, count) -> take(resource, facts, count));
  }

  private void take(Map<String, String> resource, Map<String, String> span, long count) {
    accesses += count;
    Optional<Reader> reader = reader(resource, span);
    reader.ifPresent(readers);
    leftOut += reader.isPresent() ? 0 : count;
  }

  /** None where a fact is missing, or a name is one that no rule can have. */
  private static Optional<Reader> reader(Map<String, String> resource, Map<String, String> span) {
    try {
      Place place = place(resource, span);
      String origin = Values.oneOf(Facts.ORIGINS, span.getOrDefault(Facts.ORIGIN, ""));
      if (place.isHost() && !origin.equals(Facts.HOST)) {
        return Optional.empty();
      }
      return Optional.of(
          new Reader(
              place,
              Values.name(span.getOrDefault(Facts.MODEL, "")),
              Values.path(span.getOrDefault(Facts.EXECUTABLE, "")),
              origin));
    } catch (IllegalArgumentException unnamed) {
      return Optional.empty();
    }
  }

  private static Place place(Map<String, String> resource, Map<String, String> span) {
    String workload =
        resource.getOrDefault(Facts.WORKLOAD_KIND, "")
            + "/"
            + resource.getOrDefault(Facts.WORKLOAD_NAME, "");
    String namespace = resource.get(Facts.NAMESPACE);
    if (namespace != null) {
      return Place.inNamespace(Place.namespaceName(namespace), workload);
    }
    if (resource.containsKey(Facts.POD_UID) || span.containsKey(Facts.CONTAINER_ID)) {
      throw new IllegalArgumentException("is in a container that has no lasting name");
    }
    return Place.onHost(workload);
  }
}
