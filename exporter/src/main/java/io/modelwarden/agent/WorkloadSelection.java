// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.LabelSelector;
import io.modelwarden.config.Settings;
import io.modelwarden.config.WorkloadRule;
import io.modelwarden.probe.CgroupJudge;
import io.modelwarden.workload.CgroupPath;
import io.modelwarden.workload.PodDirectory;
import io.modelwarden.workload.Selection;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Which cgroups are counted, by the settings as the file has them now and the pods as they are. */
final class WorkloadSelection implements CgroupJudge {

  private static final Logger logger = Logger.getLogger(WorkloadSelection.class.getName());

  private final PodDirectory pods;
  private final boolean inCluster;
  private final @Nullable SettingsWatch watch;
  private Settings.Workloads rules;
  private Selection selection;
  private long version;

  /**
   * @param inCluster whether pods will ever be known
   * @param watch null if the settings come from no file
   */
  WorkloadSelection(
      Settings.Workloads rules,
      PodDirectory pods,
      boolean inCluster,
      @Nullable SettingsWatch watch) {
    this.pods = pods;
    this.inCluster = inCluster;
    this.watch = watch;
    this.rules = rules;
    this.selection = select(rules);
  }

  /** Whether anything has changed since the last look. Called on the poll's thread. */
  boolean look() {
    boolean changed = settingsChanged();
    long now = pods.version();
    changed |= now != version && selection.asksForPods();
    version = now;
    return changed;
  }

  @Override
  public boolean leavesSomeOut() {
    return selection.leavesSomeOut();
  }

  @Override
  public Verdict judge(String cgroupPath) {
    return switch (selection.of(CgroupPath.parse(cgroupPath))) {
      case SELECTED -> Verdict.SELECTED;
      case LEFT_OUT -> Verdict.LEFT_OUT;
      case UNDECIDED -> Verdict.UNDECIDED;
    };
  }

  private boolean settingsChanged() {
    Optional<Settings.Workloads> now =
        watch == null ? Optional.empty() : watch.look().map(Settings::workloads);
    if (now.isEmpty() || now.get().equals(rules)) {
      return false;
    }
    rules = now.get();
    selection = select(rules);
    logger.log(
        Level.INFO,
        "workloads: {0} rules to include and {1} to exclude are in force now",
        new Object[] {rules.include().size(), rules.exclude().size()});
    return true;
  }

  private Selection select(Settings.Workloads from) {
    Selection made = new Selection(rules(from.include()), rules(from.exclude()), pods);
    if (made.asksForPods() && !inCluster) {
      logger.warning(
          "workloads: rules ask for pods and there is no API server to tell them: what runs in pods"
              + " is counted: set kubernetes.kubeconfig");
    }
    return made;
  }

  private static List<Selection.Rule> rules(List<WorkloadRule> rules) {
    return rules.stream().map(WorkloadSelection::rule).toList();
  }

  private static Selection.Rule rule(WorkloadRule rule) {
    LabelSelector labels = rule.pods();
    return new Selection.Rule(
        rule.namespaces(), labels == null ? null : labels::matches, rule.containers(), rule.host());
  }
}
