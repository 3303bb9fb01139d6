// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.Settings;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.libbpf.LibBpf;
import io.modelwarden.model.PathPattern;
import io.modelwarden.probe.KernelSide;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The kernel side while it is loaded and attached. A thread of its own does that and ends: it alone
 * has the capabilities for it, and the rest of the agent starts meanwhile.
 */
final class KernelLoading {

  private static final Logger logger = Logger.getLogger(KernelLoading.class.getName());

  private final CompletableFuture<KernelSide> kernel = new CompletableFuture<>();

  private KernelLoading() {}

  /** Threads have the capabilities of who starts them: this one those of the caller now. */
  static KernelLoading begin(Settings settings) {
    KernelLoading loading = new KernelLoading();
    Thread thread = new Thread(() -> loading.load(settings), "modelwarden-load");
    thread.setDaemon(true);
    thread.start();
    return loading;
  }

  private void load(Settings settings) {
    try {
      kernel.complete(attached(settings));
    } catch (RuntimeException | Error failure) {
      kernel.completeExceptionally(failure);
    }
  }

  private static KernelSide attached(Settings settings) {
    KernelSide kernel = KernelSide.start(LibBpf.load(), Wiring.probes(settings));
    try {
      watchFolders(kernel, settings);
    } catch (RuntimeException failure) {
      kernel.close();
      throw failure;
    }
    return kernel;
  }

  private static void watchFolders(KernelSide kernel, Settings settings) {
    for (String path : settings.models().paths()) {
      String folder = PathPattern.of(path).fixedFolder();
      try {
        kernel.putModelDirectory(folder);
      } catch (BpfException missing) {
        logger.log(
            Level.WARNING,
            "models.paths: {0} cannot be opened: files below it are seen by suffix and content"
                + " only",
            folder);
      }
    }
  }

  /** Waits for it; throws what it failed with. */
  KernelSide await() {
    try {
      return kernel.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failed.getCause();
    }
  }

  /** Takes it down as soon as it has come so far. */
  void close() {
    kernel.thenAccept(KernelSide::close).exceptionally(failure -> null).join();
  }
}
