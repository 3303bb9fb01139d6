// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.FileFacts;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which files are known, to which set each belongs, and how large the sets are. */
final class ModelCatalog {

  private static final String UNKNOWN_FORMAT = "unknown";

  private final Map<Integer, CatalogFile> files = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Members> sets = new HashMap<>();
  private final Map<String, ModelSet> claims = new HashMap<>();
  private final ModelNaming naming;
  private final CopyNames copies;
  private final int limit;
  private final SessionLosses losses;

  ModelCatalog(ModelNaming naming, int limit, SessionLosses losses) {
    this.naming = naming;
    this.limit = limit;
    this.losses = losses;
    this.copies = new CopyNames(limit, losses);
  }

  void seen(FileFacts facts) {
    CatalogFile file = files.get(facts.id());
    if (file == null) {
      add(new CatalogFile(facts));
      return;
    }
    leaveSet(file);
    file.facts = facts;
    if (file.isOrdinary()) {
      file.model = null;
    }
    if (file.model != null) {
      file.model = joined(file, file.model);
    }
    joinSet(file);
  }

  /** A file that was never seen is undecided until it is. */
  CatalogFile file(int id) {
    CatalogFile file = files.get(id);
    if (file == null) {
      losses.count(SessionLoss.FILE_UNKNOWN);
      file = new CatalogFile(undecided(id));
      add(file);
    }
    return file;
  }

  /** The model of a file. Its first path names it, so that a set does not change by other names. */
  String name(CatalogFile file, String path, String workload) {
    String model = file.model;
    if (model == null && path.isEmpty()) {
      return workload; // a later access may know the path
    }
    if (model == null) {
      String own = file.facts.modelName();
      model = own.isEmpty() ? naming.name(path, workload) : own;
      model = joined(file, model);
      file.model = model;
      file.baseName = path.substring(path.lastIndexOf('/') + 1);
      joinSet(file);
    }
    return model;
  }

  /**
   * Somebody says how large a model is. That counts as long as no file of it is known; of several
   * sizes the smallest, so that nobody can make what others take look small beside it.
   *
   * @param sizeBytes 0 says nothing
   */
  void claim(String model, long sizeBytes) {
    if (sizeBytes > 0 && (claims.size() < limit || claims.containsKey(model))) {
      claims.merge(model, new ModelSet(model, UNKNOWN_FORMAT, sizeBytes), ModelCatalog::smaller);
    }
  }

  private static ModelSet smaller(ModelSet one, ModelSet other) {
    return other.sizeBytes() < one.sizeBytes() ? other : one;
  }

  private String joined(CatalogFile file, String own) {
    String fingerprint = file.facts.fingerprint();
    if (naming.isGiven(own)) {
      copies.set(fingerprint, own);
      return own;
    }
    return copies.join(fingerprint, own);
  }

  ModelSet set(String model) {
    Members members = sets.get(model);
    if (members != null && members.sizeBytes > 0) {
      return members.view(model);
    }
    ModelSet claimed = claims.get(model);
    if (claimed != null) {
      return claimed;
    }
    return members == null ? new ModelSet(model, UNKNOWN_FORMAT, 0) : members.view(model);
  }

  int size() {
    return files.size();
  }

  private void add(CatalogFile file) {
    files.put(file.facts.id(), file);
    if (files.size() > limit) {
      Iterator<CatalogFile> eldest = files.values().iterator();
      leaveSet(eldest.next());
      eldest.remove();
      losses.count(SessionLoss.FILE_EVICTED);
    }
  }

  private void joinSet(CatalogFile file) {
    if (file.model != null) {
      sets.computeIfAbsent(file.model, ignored -> new Members()).add(file);
    }
  }

  private void leaveSet(CatalogFile file) {
    @Nullable Members members = file.model == null ? null : sets.get(file.model);
    if (members != null && members.remove(file)) {
      sets.remove(file.model);
    }
  }

  private static FileFacts undecided(int id) {
    return new FileFacts(id, 0, 0, 0, 0, FileFacts.Verdict.UNDECIDED, UNKNOWN_FORMAT, "", "");
  }

  /** Files of one set. Copies count once: equal fingerprints, else equal names and sizes. */
  private static final class Members {

    private final Map<Member, Integer> copies = new HashMap<>();
    private String format = UNKNOWN_FORMAT;
    private long sizeBytes;
    private @Nullable ModelSet view;

    /** The same object until something changes: each span that waits to be sent keeps one. */
    ModelSet view(String model) {
      ModelSet known = view;
      if (known == null) {
        known = new ModelSet(model, format, sizeBytes);
        view = known;
      }
      return known;
    }

    void add(CatalogFile file) {
      view = null;
      if (copies.merge(member(file), 1, Integer::sum) == 1) {
        sizeBytes += file.facts.sizeBytes();
      }
      if (!file.facts.format().equals(UNKNOWN_FORMAT)) {
        format = file.facts.format();
      }
    }

    /** Whether the set is empty now. */
    boolean remove(CatalogFile file) {
      view = null;
      Integer count = copies.get(member(file));
      if (count != null && count > 1) {
        copies.put(member(file), count - 1);
      } else if (count != null) {
        copies.remove(member(file));
        sizeBytes -= file.facts.sizeBytes();
      }
      return copies.isEmpty();
    }

    private static Member member(CatalogFile file) {
      String fingerprint = file.facts.fingerprint();
      return new Member(
          fingerprint.isEmpty() ? file.baseName : fingerprint, file.facts.sizeBytes());
    }

    private record Member(String content, long sizeBytes) {}
  }
}
