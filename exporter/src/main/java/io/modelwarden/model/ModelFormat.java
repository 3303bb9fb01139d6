// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Formats of model files, and the endings by which people name them. */
public enum ModelFormat {
  SAFETENSORS,
  GGUF,
  ONNX,
  PYTORCH,
  TFLITE,
  TENSORRT,
  NUMPY,
  HDF5,
  PICKLE,
  UNKNOWN;

  private static final Pattern ONNX_DATA = Pattern.compile("(?i)(\\.onnx)\\.data$");

  private static final Map<String, ModelFormat> BY_SUFFIX =
      Map.ofEntries(
          Map.entry("safetensors", SAFETENSORS),
          Map.entry("gguf", GGUF),
          Map.entry("ggml", GGUF),
          Map.entry("onnx", ONNX),
          Map.entry("onnx_data", ONNX),
          Map.entry("pt", PYTORCH),
          Map.entry("pth", PYTORCH),
          Map.entry("ckpt", PYTORCH),
          Map.entry("tflite", TFLITE),
          Map.entry("engine", TENSORRT),
          Map.entry("plan", TENSORRT),
          Map.entry("npy", NUMPY),
          Map.entry("npz", NUMPY),
          Map.entry("h5", HDF5),
          Map.entry("hdf5", HDF5),
          Map.entry("pkl", PICKLE),
          Map.entry("pickle", PICKLE));

  /** The lower-case name that stands in spans and metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static ModelFormat ofName(String path) {
    String name = withoutData(path);
    String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return BY_SUFFIX.getOrDefault(suffix, UNKNOWN);
  }

  /** Weights that PyTorch's exporter puts beside {@code x.onnx} are called {@code x.onnx.data}. */
  static String withoutData(String path) {
    return ONNX_DATA.matcher(path).replaceFirst("$1");
  }
}
