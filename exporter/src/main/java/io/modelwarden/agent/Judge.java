// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.Settings;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.model.ContentDetector;
import io.modelwarden.model.ModelFormat;
import io.modelwarden.model.PathPattern;
import io.modelwarden.probe.FileJudge;
import java.util.List;

/** Verdicts on undecided files: by configured path, else by content. */
final class Judge implements FileJudge {

  private final List<PathPattern> paths;

  Judge(Settings.Models models) {
    this.paths = models.paths().stream().map(PathPattern::of).toList();
  }

  @Override
  public String formatOfName(String path) {
    return ModelFormat.ofName(path).label();
  }

  @Override
  public Judgement judge(String path, long sizeBytes, Content content) {
    ModelFormat format =
        ContentDetector.detect(content.read(0, ContentDetector.HEAD_BYTES), sizeBytes)
            .orElse(ModelFormat.UNKNOWN);
    if (paths.stream().anyMatch(pattern -> pattern.matches(path))) {
      String label = format == ModelFormat.UNKNOWN ? formatOfName(path) : format.label();
      return new Judgement(Verdict.MODEL, label);
    }
    return new Judgement(
        format == ModelFormat.UNKNOWN ? Verdict.ORDINARY : Verdict.MODEL, format.label());
  }
}
