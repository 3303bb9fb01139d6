// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A collector by what its file backend has written, wherever it runs. */
public class CollectorOutput {

  private final Path folder;
  private final Map<String, JsonLines> written = new HashMap<>();
  private final Map<String, List<JsonNode>> known = new HashMap<>();
  private final ExportedTotals totals = new ExportedTotals();

  /**
   * @param folder that the file backend writes to
   */
  public CollectorOutput(Path folder) {
    this.folder = folder;
  }

  /** Complete lines of a file that the file backend has written so far. */
  public final List<JsonNode> lines(String file) {
    List<JsonNode> lines = known.computeIfAbsent(file, name -> new ArrayList<>());
    written.computeIfAbsent(file, this::output).readOn(lines::add);
    return lines;
  }

  /** The metrics that the file backend has written so far. */
  public final ExportedTotals totals() {
    written.computeIfAbsent("metrics.jsonl", this::output).readOn(totals::take);
    return totals;
  }

  private JsonLines output(String file) {
    return new JsonLines(folder.resolve(file));
  }
}
