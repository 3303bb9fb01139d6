// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.Settings;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.model.ContentDetector;
import io.modelwarden.model.Fingerprint;
import io.modelwarden.model.ModelFormat;
import io.modelwarden.model.OllamaManifests;
import io.modelwarden.model.PathPattern;
import io.modelwarden.probe.FileJudge;
import java.nio.file.Path;
import java.util.List;

/** Verdicts on undecided files: by configured path, else by content. */
final class Judge implements FileJudge {

  private final List<PathPattern> paths;
  private final List<PathPattern> named;

  Judge(Settings.Models models) {
    this.paths = models.paths().stream().map(PathPattern::of).toList();
    this.named = models.names().keySet().stream().map(PathPattern::of).toList();
  }

  /** What the user says goes before what a store says. */
  @Override
  public String nameInStore(Path root, String path) {
    return named.stream().anyMatch(pattern -> pattern.matches(path))
        ? ""
        : OllamaManifests.nameOf(root, path).orElse("");
  }

  @Override
  public String fingerprint(long sizeBytes, Content content) {
    int tail = (int) Math.min(sizeBytes, Fingerprint.TAIL_BYTES);
    return Fingerprint.of(
        sizeBytes, content.read(0, Fingerprint.HEAD_BYTES), content.read(sizeBytes - tail, tail));
  }

  @Override
  public String formatOfName(String path) {
    return ModelFormat.ofName(path).label();
  }

  @Override
  public Judgement judge(String path, long sizeBytes, Content content) {
    byte[] head = content.read(0, ContentDetector.HEAD_BYTES);
    if (paths.stream().anyMatch(pattern -> pattern.matches(path))) {
      return ContentDetector.detectDeclared(head, sizeBytes, content::read)
          .map(format -> new Judgement(Verdict.MODEL, format.label()))
          .orElseGet(() -> new Judgement(Verdict.MODEL, formatOfName(path)));
    }
    return ContentDetector.detect(head, sizeBytes, content::read)
        .map(format -> new Judgement(Verdict.MODEL, format.label()))
        .orElseGet(() -> new Judgement(Verdict.ORDINARY, ModelFormat.UNKNOWN.label()));
  }
}
