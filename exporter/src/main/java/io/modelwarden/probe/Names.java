// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.DisplayText;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Makes sure that a process and a file are known before an event names them. */
final class Names {

  private record PathKey(int fileId, long mountNamespace) {}

  private final ProcessTable processes;
  private final FileTable files;
  private final TextTable texts;
  private final Consumer<ProcessFacts> appeared;
  private final Runnable pollFiles;
  private final Map<PathKey, String> paths = new HashMap<>();
  private final Map<Integer, String> anyPaths = new HashMap<>();

  Names(
      ProcessTable processes,
      FileTable files,
      TextTable texts,
      Consumer<ProcessFacts> appeared,
      Runnable pollFiles) {
    this.processes = processes;
    this.files = files;
    this.texts = texts;
    this.appeared = appeared;
    this.pollFiles = pollFiles;
  }

  ProcessFacts requireProcess(ProcessKey process) {
    return processes.require(process, appeared);
  }

  void requireFile(int fileId) {
    if (files.find(fileId) == null) {
      pollFiles.run();
    }
  }

  /**
   * The path as the process sees it, as it may be shown; empty if the kernel had no room for it.
   */
  String path(ProcessKey process, int fileId) {
    for (long namespace : processes.mountNamespaces(process)) {
      String path = path(fileId, namespace);
      if (!path.isEmpty()) {
        return DisplayText.escape(path);
      }
    }
    return "";
  }

  private String path(int fileId, long namespace) {
    PathKey key = new PathKey(fileId, namespace);
    String known = paths.get(key);
    if (known != null) {
      return known;
    }
    String path = texts.filePath(fileId, namespace).orElse("");
    if (!path.isEmpty()) {
      paths.put(key, path);
      anyPaths.putIfAbsent(fileId, path);
    }
    return path;
  }

  /** These files are gone, or nobody has them in use. */
  void forget(Set<Integer> files) {
    anyPaths.keySet().removeAll(files);
    paths.keySet().removeIf(key -> files.contains(key.fileId()));
  }

  /** A path to open, byte for byte as somebody has seen the file; empty if none is known yet. */
  String anyPath(int fileId) {
    String known = anyPaths.getOrDefault(fileId, "");
    if (!known.isEmpty()) {
      return known;
    }
    for (long namespace : processes.mountNamespaces()) {
      Optional<String> path = texts.filePath(fileId, namespace);
      if (path.isPresent()) {
        anyPaths.put(fileId, path.get());
        return path.get();
      }
    }
    return "";
  }
}
