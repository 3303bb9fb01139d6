// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All settings, valid. Sizes are bytes.
 *
 * @param topSocket null if there is none
 * @param stateFile null if there is none
 */
public record Settings(
    Models models,
    Map<String, DeclaredModel> holdsModel,
    Workloads workloads,
    Network network,
    Session session,
    Duration totalsWindow,
    Phase phase,
    Marks marks,
    Trail trail,
    Kubernetes kubernetes,
    Metrics metrics,
    Http http,
    @Nullable Path topSocket,
    @Nullable Path stateFile,
    Kernel kernel) {

  public record Models(
      List<String> suffixes,
      List<String> paths,
      Map<String, String> names,
      boolean detectContent,
      long minimumSizeBytes,
      long contentMinimumSizeBytes) {}

  /** What is counted: what include matches, all if it is empty, without what exclude matches. */
  public record Workloads(List<WorkloadRule> include, List<WorkloadRule> exclude) {}

  public record Network(
      List<Cidr> podCidrs,
      List<Cidr> clusterCidrs,
      List<Cidr> outsideCidrs,
      List<Endpoint> proxies,
      boolean fullPeerAddress) {}

  public record Session(Duration quietPeriod, Duration slice, Duration maximum) {}

  /**
   * @param untilReady whether readiness ends loading where it is known, and not quiet
   */
  public record Phase(boolean untilReady, Duration gracePeriod, Duration maximum) {}

  public record Marks(Duration afterExec, Duration inherited) {}

  /**
   * @param serverShare a part of one
   * @param serverAccepted whether answers of servers count
   */
  public record Trail(
      int hops,
      Duration lifetime,
      int channels,
      double serverShare,
      Duration serverWindow,
      boolean serverAccepted) {}

  /**
   * @param kubeconfig empty for the service account of the agent's pod, or no cluster
   */
  public record Kubernetes(
      String kubeconfig,
      String clusterName,
      Duration namesWait,
      List<String> labels,
      List<String> annotations) {}

  /**
   * @param filePaths whether metrics have the attribute file.path
   */
  public record Metrics(int seriesLimit, boolean filePaths) {}

  public record Http(Endpoint listen, boolean fileMetrics) {}

  /**
   * @param touchedInterval zero for never
   * @param raceWitness whether the page cache is asked what each call has read
   */
  public record Kernel(
      int counterEntries,
      int ringBytes,
      Duration pollInterval,
      Duration touchedInterval,
      boolean raceWitness) {}
}
