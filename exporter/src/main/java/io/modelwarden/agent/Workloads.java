// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.ConfigurationException;
import io.modelwarden.config.DeclaredModel;
import io.modelwarden.config.Settings;
import io.modelwarden.event.DisplayText;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.session.Declaration;
import io.modelwarden.telemetry.HostIdentity;
import io.modelwarden.telemetry.MetricNames;
import io.modelwarden.telemetry.SelfMetrics;
import io.modelwarden.workload.CgroupPath;
import io.modelwarden.workload.CgroupWorkloads;
import io.modelwarden.workload.NameListener;
import io.modelwarden.workload.NoPods;
import io.modelwarden.workload.PodContainer;
import io.modelwarden.workload.PodDirectory;
import io.modelwarden.workload.PodNames;
import io.modelwarden.workload.PodWorkloads;
import io.modelwarden.workload.Readiness;
import io.modelwarden.workload.Workload;
import io.modelwarden.workload.WorkloadResolver;
import io.modelwarden.workload.kubernetes.ClusterAccess;
import io.modelwarden.workload.kubernetes.PodWatch;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Whose processes are: of pods where there is a cluster, whose client is loaded only there. */
final class Workloads implements AutoCloseable {

  private static final Logger logger = Logger.getLogger(Workloads.class.getName());

  private final @Nullable PodWatch watch;
  private final @Nullable PodWorkloads pods;
  private final CgroupWorkloads cgroups = new CgroupWorkloads();
  private long declarations;
  private String refusedDeclaration = "";

  private Workloads() {
    watch = null;
    pods = null;
  }

  private Workloads(PodWatch watch, Settings.Kubernetes kubernetes) {
    this.watch = watch;
    this.pods = new PodWorkloads(watch, cgroups, kubernetes.namesWait(), System::nanoTime);
  }

  /**
   * This machine, as a node where it is one.
   *
   * @throws ConfigurationException if the agent is a pod that does not know its node
   */
  static HostIdentity host(Settings settings, Map<String, String> environment) {
    HostIdentity host = HostIdentity.detect().in(settings.kubernetes().clusterName());
    if (host.nodeName() != null || !isInCluster(settings, environment)) {
      return host;
    }
    if (settings.kubernetes().kubeconfig().isEmpty()) {
      throw new ConfigurationException(
          "K8S_NODE_NAME: is not set: only pods of the agent's own node are watched: set it from"
              + " spec.nodeName by the downward API");
    }
    return host.as(host.name()); // what the kubelet calls a node unless it is told otherwise
  }

  /**
   * @throws ConfigurationException if the kubeconfig cannot be used
   */
  static Workloads start(Settings settings, HostIdentity host, Map<String, String> environment) {
    Settings.Kubernetes kubernetes = settings.kubernetes();
    String node = host.nodeName();
    if (node == null || !isInCluster(settings, environment)) {
      return new Workloads();
    }
    ClusterAccess access =
        new ClusterAccess(
            kubernetes.kubeconfig(),
            node,
            Set.copyOf(kubernetes.labels()),
            Set.copyOf(kubernetes.annotations()));
    try {
      return new Workloads(PodWatch.start(access, environment), kubernetes);
    } catch (IllegalArgumentException unusable) {
      throw new ConfigurationException("kubernetes.kubeconfig: " + unusable.getMessage());
    }
  }

  /** What rules ask of pods; nothing without a cluster. */
  PodDirectory directory() {
    return watch == null ? NoPods.INSTANCE : watch;
  }

  boolean isInCluster() {
    return watch != null;
  }

  WorkloadResolver resolver() {
    return pods == null ? cgroups : pods;
  }

  Readiness readiness(CgroupPath path) {
    return watch == null ? Readiness.UNKNOWN : watch.readiness(path.podUid(), path.containerId());
  }

  /** The model that annotations declare the process to hold. */
  Optional<Declaration> declared(ProcessFacts process) {
    return watch == null
        ? Optional.empty()
        : Optional.of(watch.holdsModel(CgroupPath.parse(process.cgroupPath()).podUid()))
            .filter(text -> !text.isEmpty())
            .map(DisplayText::escape)
            .map(this::declaration);
  }

  /** A size that says nothing must not hide that the model is held. */
  private Declaration declaration(String text) {
    try {
      return Wiring.declaration(DeclaredModel.parse(text));
    } catch (IllegalArgumentException wrong) {
      if (!text.equals(refusedDeclaration)) {
        refusedDeclaration = text;
        logger.log(
            Level.WARNING,
            "annotation modelwarden.io/holds-model: ''{0}'' {1}: it counts as a name without a size",
            new Object[] {text, wrong.getMessage()});
      }
      return new Declaration(text, 0);
    }
  }

  /** Whether annotations may declare something else than when this was asked last. */
  boolean declareAnew() {
    long before = declarations;
    declarations = watch == null ? 0 : watch.declarations();
    return before != declarations;
  }

  /** Of pods that are declared to hold a model. */
  Set<String> declaredContainers() {
    return watch == null ? Set.of() : watch.declaredContainers();
  }

  /** Of the workload's namespace; empty if there is none, or it is not known. */
  String allowedExecutables(Workload workload) {
    PodContainer container = workload.container();
    PodNames names = container == null ? null : container.names();
    return watch == null || names == null ? "" : watch.allowedExecutables(names.namespace());
  }

  void tick(NameListener listener) {
    if (pods != null && watch != null) {
      watch.look();
      pods.tick(listener);
    }
  }

  void report(SelfMetrics self) {
    PodWatch watching = watch;
    PodWorkloads named = pods;
    if (watching == null || named == null) {
      return;
    }
    self.observe(MetricNames.AGENT_KUBERNETES_WATCHING, () -> watching.isWatching() ? 1 : 0);
    self.observe(MetricNames.AGENT_RESOLUTION_FAILURES, watching::failures, "kubernetes_api");
    self.observe(MetricNames.AGENT_RESOLUTION_FAILURES, named::withoutNames, "pod_names");
  }

  private static boolean isInCluster(Settings settings, Map<String, String> environment) {
    return !settings.kubernetes().kubeconfig().isEmpty() || ClusterAccess.isInCluster(environment);
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }
}
