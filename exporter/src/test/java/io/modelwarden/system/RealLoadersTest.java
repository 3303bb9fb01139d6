// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Bytes.UNSEEN;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.IDENTITY;
import static io.modelwarden.coverage.Kind.MAPPING;
import static io.modelwarden.coverage.Kind.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Programs that load models for a living: what they took is reported to the byte, however they take
 * it. Truth is the size of the file where a loader takes all of it once, else what strace saw.
 */
@Tag("system")
class RealLoadersTest {

  private static final Path SCRIPTS = Programs.REPOSITORY.resolve("exporter/src/test/python");
  private static final String RUN = Stage.own("run") + "-";
  private static final String HUB_MODEL = RUN + "acme/llama";
  private static final List<String> MODELS =
      List.of(
          "safe_open.safetensors",
          "load_file.safetensors",
          "map_twice.safetensors",
          "load_bytes.safetensors",
          "direct_threads.safetensors",
          "later.safetensors",
          "gguf.gguf",
          "onnx.onnx",
          "onnxruntime.onnx",
          "onnx-outside/model.onnx.data",
          "onnxruntime-outside/model.onnx_data",
          "bare/model.weights",
          "data/numpy.npy",
          "data/numpy_map.npy",
          "data/numpy_archive.npz",
          "data/hdf5.h5");

  @TempDir static Path folder;
  private static Path hub;
  private static String python;

  /** SHA-256 of the tensors in each file. */
  private static final Map<Path, String> TENSORS = new HashMap<>();

  private static Stage stage;

  @BeforeAll
  static void start() throws IOException {
    python = Programs.loaders();
    hub = folder.resolve("models--" + HUB_MODEL.replace("/", "--"));
    makeModels();
    stage =
        new Stage(
            folder,
            "models: {paths: [\"%s\"], content-minimum-size: 16MiB}".formatted(own("data")));
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @ParameterizedTest
  @CsvSource({
    "safe_open, safe_open.safetensors",
    "load_file, load_file.safetensors",
    "map_twice, map_twice.safetensors",
    "gguf, gguf.gguf",
  })
  @Way(
      value = "loaders that map",
      of = MAPPING,
      bytes = BOUNDED,
      by = SYS_EXIT,
      note = "the mapped length")
  void loaderThatMapsTheFile_tookItOnce(String loader, String name) {
    Path model = own(name);
    assertThat(load(loader, model)).isEqualTo(TENSORS.get(model));
    stage.settle(modelOf(model));
    assertThat(stage.mapped(model)).isEqualTo(model.toFile().length());
    assertThat(stage.read(model)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "load_bytes, load_bytes.safetensors, 1",
    "onnx, onnx.onnx, 1",
    "onnxruntime, onnxruntime.onnx, 6",
    "direct_threads, direct_threads.safetensors, 41",
  })
  @Way(
      value = "loaders that read, with forty threads and O_DIRECT too",
      of = READ,
      bytes = EXACT,
      by = SYS_EXIT)
  void loaderThatReadsTheFile_tookItOnce(String loader, String name, long reads) {
    Path model = own(name);
    assertThat(load(loader, model)).isEqualTo(TENSORS.get(model));
    stage.settle(modelOf(model));
    assertThat(stage.read(model)).isEqualTo(model.toFile().length());
    assertThat(stage.total("modelwarden.file.operations", model.toString(), "read"))
        .isEqualTo(reads);
    assertThat(stage.mapped(model)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "numpy, data/numpy.npy, read",
    "numpy_map, data/numpy_map.npy, mmap",
    "numpy_archive, data/numpy_archive.npz, read",
    "hdf5, data/hdf5.h5, pread64",
  })
  void loaderOfDataUnderConfiguredPaths_tookWhatItsCallsReturned(
      String loader, String name, String call) throws IOException {
    Path file = own(name);
    assertTakenAsTraced(loader, file, file, modelOf(file), call);
  }

  @ParameterizedTest
  @CsvSource({
    "onnxruntime, onnxruntime-outside/model.onnx_data, mmap",
    "onnx, onnx-outside/model.onnx.data, openat2",
  })
  void loaderOfWeightsBesideTheGraph_tookWhatItsCallsReturned(
      String loader, String name, String call) throws IOException {
    Path weights = own(name);
    Path graph = weights.resolveSibling("model.onnx");
    assertTakenAsTraced(loader, graph, weights, RUN + loader + "-outside", call);
    assertThat(stage.read(weights) + stage.mapped(weights)).isEqualTo(weights.toFile().length());
  }

  /** Tensors alone say nothing, and their file may have any name. */
  @Test
  @Way(value = "bare weights under a name that is no model's", of = READ, bytes = UNSEEN)
  void weightsBesideTheGraphUnderAnotherName_areABlindSpot() throws IOException {
    Path weights = own("bare/model.weights");
    assertThat(load("onnxruntime", weights.resolveSibling("model.onnx")))
        .isEqualTo(TENSORS.get(weights));
    Path later = own("later.safetensors");
    load("load_bytes", later);
    stage.settle(modelOf(later));
    assertThat(stage.mapped(weights)).isZero();
  }

  @Test
  @Way(
      value = "a symbolic link to a blob named by its hash",
      of = IDENTITY,
      bytes = BOUNDED,
      by = SYS_EXIT,
      note = "mapped")
  void fileOfTheHuggingFaceCache_isOfItsRepository() throws IOException {
    Path snapshot = hub.resolve("snapshots/main/model.safetensors");
    assertThat(load("safe_open", snapshot)).isEqualTo(TENSORS.get(snapshot.toRealPath()));
    stage.settle(HUB_MODEL);
    assertThat(stage.mapped(snapshot.toRealPath())).isEqualTo(Files.size(snapshot));
  }

  /** The loader, run under strace, loads all of it, and makes the call for which it is chosen. */
  private static void assertTakenAsTraced(
      String loader, Path argument, Path file, String model, String call) throws IOException {
    Path traces = Files.createDirectory(folder.resolve("trace-" + file.hashCode()));
    String traced = Strace.command(traces, command(loader, argument));
    assertThat(Stage.run(traced)).isEqualTo(TENSORS.get(file));
    Strace truth = new Strace(traces);
    assertThat(truth.called(call, file)).as(call).isTrue();
    stage.settle(model);
    assertThat(stage.read(file)).isEqualTo(truth.read(file));
    assertThat(stage.mapped(file)).isEqualTo(truth.mapped(file));
  }

  private static void makeModels() throws IOException {
    List<String> command = new ArrayList<>(List.of(python, SCRIPTS + "/make_models.py"));
    for (String name : MODELS) {
      Path model = own(name);
      Files.createDirectories(model.getParent());
      command.add(model.toString());
    }
    Path blob = Files.createDirectories(hub.resolve("blobs")).resolve("9f2c1d0e5b6a798877665544");
    command.add(blob.toString());
    Path snapshot = Files.createDirectories(hub.resolve("snapshots/main"));
    Files.createSymbolicLink(
        snapshot.resolve("model.safetensors"), Path.of("../../blobs").resolve(blob.getFileName()));
    List<String> digests = Stage.run(String.join(" ", command)).lines().toList();
    for (int i = 0; i < digests.size(); i++) {
      TENSORS.put(Path.of(command.get(i + 2)), digests.get(i));
    }
  }

  private static String load(String loader, Path model) {
    return Stage.run(command(loader, model));
  }

  private static String command(String loader, Path model) {
    return String.join(" ", python, SCRIPTS + "/load_model.py", loader, model.toString());
  }

  /** Where a model of this run lies; it is also the name of its set. */
  private static Path own(String name) {
    return folder.resolve(RUN + name);
  }

  private static String modelOf(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }
}
