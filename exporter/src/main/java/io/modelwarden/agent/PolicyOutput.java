// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.ConfigurationException;
import io.modelwarden.policy.CollectorValidation;
import io.modelwarden.policy.RenderedFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options about what the collector is to load, and the writing of it. */
final class PolicyOutput {

  @Option(
      names = "--collector",
      paramLabel = "FILE",
      description = "Where the collector's part is written.")
  @Nullable Path collector;

  @Option(
      names = "--collector-binary",
      paramLabel = "PROGRAM",
      description = "Write only what this collector takes as valid.")
  @Nullable Path binary;

  @Option(
      names = "--with",
      paramLabel = "FILE",
      description = "The collector's other files, in its order, for --collector-binary.")
  List<Path> others = new ArrayList<>();

  /**
   * @param processors what the collector is to load
   * @param more texts by the files they are for
   */
  void write(String processors, Map<Path, String> more, PrintWriter out) {
    check();
    RenderedFiles files = new RenderedFiles();
    try {
      if (collector != null) {
        Path next = files.add(collector, processors);
        if (binary != null) {
          new CollectorValidation(binary, others).validate(next);
        }
      }
      more.forEach(files::add);
      files.replace();
    } finally {
      files.discard();
    }
    if (collector != null) {
      out.println("written: " + collector);
    }
    more.keySet().forEach(file -> out.println("written: " + file));
  }

  private void check() {
    if (binary != null && (collector == null || others.isEmpty())) {
      throw new ConfigurationException(
          "--collector-binary: needs --collector, and --with for each file that the collector runs"
              + " with, such as base.yaml, a lane and a backend");
    }
  }
}
