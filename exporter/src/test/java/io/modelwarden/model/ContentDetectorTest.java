// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import static io.modelwarden.model.ModelFormat.GGUF;
import static io.modelwarden.model.ModelFormat.HDF5;
import static io.modelwarden.model.ModelFormat.NUMPY;
import static io.modelwarden.model.ModelFormat.ONNX;
import static io.modelwarden.model.ModelFormat.PICKLE;
import static io.modelwarden.model.ModelFormat.PYTORCH;
import static io.modelwarden.model.ModelFormat.SAFETENSORS;
import static io.modelwarden.model.ModelFormat.TFLITE;
import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ContentDetectorTest {

  static Stream<Arguments> models() {
    return Stream.of(
        argumentSet("safetensors", Formats.safetensors(), SAFETENSORS),
        argumentSet("empty header", Formats.safetensors("{}              "), SAFETENSORS),
        argumentSet("header in lines", Formats.safetensors("{\n  \"w\": {}\n}"), SAFETENSORS),
        argumentSet("gguf 1", Formats.gguf(1, LITTLE_ENDIAN), GGUF),
        argumentSet("gguf 3", Formats.gguf(3, LITTLE_ENDIAN), GGUF),
        argumentSet("gguf big-endian", Formats.gguf(3, BIG_ENDIAN), GGUF),
        argumentSet("torch.save", Formats.zip("archive/data.pkl", "archive/data/0"), PYTORCH),
        argumentSet("zipped again", Formats.zip("a/data/0", "a/version", "a/data.pkl"), PYTORCH),
        argumentSet("torch before 1.6", Formats.legacyTorch(), PYTORCH),
        argumentSet("tflite", Formats.tflite(), TFLITE),
        argumentSet("onnx", Formats.onnx(), ONNX));
  }

  @ParameterizedTest
  @MethodSource("models")
  void model_isToldByItsBytes(byte[] file, ModelFormat format) {
    assertThat(detect(file)).contains(format);
    assertThat(detectDeclared(file)).contains(format);
  }

  static Stream<Arguments> declaredOnly() {
    return Stream.of(
        argumentSet("npy", Formats.numpy(), NUMPY),
        argumentSet("npz", Formats.zip("weight.npy", "bias.npy"), NUMPY),
        argumentSet("hdf5", Formats.hdf5(0), HDF5),
        argumentSet("hdf5 behind a user block", Formats.hdf5(512), HDF5),
        argumentSet("pickle", Formats.pickle(), PICKLE));
  }

  @ParameterizedTest
  @MethodSource("declaredOnly")
  void formatOfDataSets_isAModelOnlyWhereDeclared(byte[] file, ModelFormat format) {
    assertThat(detect(file)).isEmpty();
    assertThat(detectDeclared(file)).contains(format);
  }

  static Stream<Arguments> others() {
    byte[] ir = {0x08, 8};
    byte[] graph = Formats.field(7, Formats.field(1, new byte[4096]));
    byte[] smallGraph = Formats.field(7, Formats.field(1, new byte[16]));
    return Stream.of(
        argumentSet("zip", Formats.zip("word/document.xml", "x/metadata.pkl")),
        argumentSet("zip of a name alike", Formats.zip("mydata.pkl")),
        argumentSet("text", Formats.text("{\"safetensors\": \"no\"}, and so on")),
        argumentSet("nothing", new byte[0]),
        argumentSet("program", Formats.text("\177ELF\2\1\1" + "\0".repeat(99))),
        argumentSet(
            "negative length", Formats.text("\377".repeat(8) + "{\"a\":{}}" + " ".repeat(99))),
        argumentSet("zeros", new byte[4096]),
        argumentSet(
            "length of safetensors, no JSON", Formats.safetensors("[\"w\", 1, 2, 3, 4, 5]")),
        argumentSet("magic of gguf, version 99", Formats.gguf(99, LITTLE_ENDIAN)),
        argumentSet("magic of gguf, random counts", Formats.text("GGUF\3\0\0\0" + "x".repeat(99))),
        argumentSet("TFL3 without a root", Formats.text("\0\0\0\0TFL3" + "\0".repeat(99))),
        argumentSet("protobuf without a graph", Formats.concat(ir, Formats.field(2, new byte[99]))),
        argumentSet("graph without ir_version", graph),
        argumentSet("graph that is little of it", Formats.concat(ir, smallGraph, new byte[4096])),
        argumentSet("graph longer than it", Arrays.copyOf(Formats.concat(ir, graph), 2000)),
        argumentSet(
            "graph that is text",
            Formats.concat(ir, Formats.field(7, Formats.text("~".repeat(4096))))),
        argumentSet(
            "producer that is no text", Formats.concat(ir, Formats.field(2, new byte[9]), graph)));
  }

  @ParameterizedTest
  @MethodSource("others")
  void otherFile_isNoModel(byte[] file) {
    assertThat(detect(file)).isEmpty();
  }

  @Test
  void headerLongerThanTheFile_isNoSafetensors() {
    byte[] file = Formats.safetensors();
    assertThat(detect(Arrays.copyOf(file, 40))).isEmpty();
  }

  @Test
  void directoryOfAHugeZip_isFound() {
    // More files than 65,535 need the 64-bit end record.
    String[] names = IntStream.range(0, 66_000).mapToObj(i -> "a/" + i).toArray(String[]::new);
    names[100] = "a/data.pkl";
    assertThat(detect(Formats.zip(names))).contains(PYTORCH);
  }

  @Test
  void endOfAZipBehindItsComment_isFound() {
    String comment = "PK\5\6".repeat(1000);
    assertThat(detect(Formats.zip(List.of("a/0", "a/data.pkl"), comment))).contains(PYTORCH);
  }

  @Test
  void zipWhoseEndIsOutOfReach_isToldByItsFirstName() {
    byte[] file = Formats.zip("archive/data.pkl", "archive/data/0");
    assertThat(ContentDetector.detect(file, file.length, (offset, length) -> new byte[0]))
        .contains(PYTORCH);
  }

  @ParameterizedTest
  @MethodSource("models")
  void truncatedModel_neverFails(byte[] file, ModelFormat format) {
    for (int length = 0; length < Math.min(file.length, 600); length++) {
      Optional<ModelFormat> found = detect(Arrays.copyOf(file, length));
      assertThat(found.isEmpty() || found.get() == format).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource({"models", "declaredOnly"})
  void damagedModel_neverFails(byte[] file, ModelFormat format) {
    Random random = new Random(20_261_124);
    for (int round = 0; round < 3000; round++) {
      byte[] damaged = file.clone();
      for (int i = random.nextInt(8); i >= 0; i--) {
        int near = random.nextBoolean() ? Math.min(200, file.length) : file.length;
        int at = random.nextInt(near);
        damaged[random.nextBoolean() ? at : file.length - 1 - at] = (byte) random.nextInt();
      }
      // The size the kernel told may be of another moment than the bytes.
      long size = random.nextInt(4) == 0 ? random.nextLong() : damaged.length;
      ContentDetector.detectDeclared(head(damaged), size, reader(damaged));
    }
  }

  @Test
  void noise_isNoModel() {
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      byte[] file = new byte[256];
      random.nextBytes(file);
      assertThat(detect(file)).isEmpty();
    }
  }

  private static Optional<ModelFormat> detect(byte[] file) {
    return ContentDetector.detect(head(file), file.length, reader(file));
  }

  private static Optional<ModelFormat> detectDeclared(byte[] file) {
    return ContentDetector.detectDeclared(head(file), file.length, reader(file));
  }

  private static byte[] head(byte[] file) {
    return Arrays.copyOf(file, Math.min(file.length, ContentDetector.HEAD_BYTES));
  }

  /** As pread does: nothing from behind the end, and an error for what cannot be asked. */
  private static ContentDetector.RangeReader reader(byte[] file) {
    return (offset, length) -> {
      if (offset < 0 || length <= 0) {
        throw new IllegalArgumentException(offset + "+" + length);
      }
      int from = (int) Math.min(offset, file.length);
      return Arrays.copyOfRange(file, from, (int) Math.min(file.length, (long) from + length));
    };
  }
}
