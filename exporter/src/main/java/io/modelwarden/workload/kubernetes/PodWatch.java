// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.ReducedStateItemStore;
import io.modelwarden.workload.PodDirectory;
import io.modelwarden.workload.PodNames;
import io.modelwarden.workload.PodTraits;
import io.modelwarden.workload.Readiness;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The pods of this node, watched. The client lists again when its version has expired and connects
 * again with growing pauses; what it cannot do is said once and counted.
 */
public final class PodWatch implements PodDirectory, AutoCloseable {

  private static final Logger logger = Logger.getLogger(PodWatch.class.getName());

  /** So few that what a page becomes while it is read does not outlive a collection of the heap. */
  private static final long PAGE = 8;

  /** A watch ends every few minutes and is there again in a second. */
  private static final long PAUSE_NANOS = Duration.ofSeconds(10).toNanos();

  private final KubernetesClient client;
  private final PodReader reader;
  private final Pods pods;
  private final Owners owners;
  private final Namespaces namespaces = new Namespaces();
  private final NamespaceWatch namespaceWatch;
  private final SharedIndexInformer<GenericKubernetesResource> informer;
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong declarations = new AtomicLong();
  private volatile String problem = "";
  private volatile String unanswered = "";
  private boolean watched;
  private long watchedNanos;
  private boolean clusterIsKnown;

  private PodWatch(KubernetesClient client, ClusterAccess access) {
    this.client = client;
    this.reader = new PodReader(access);
    this.pods = new Pods(access, System::nanoTime);
    this.owners = new Owners(client, this::unanswered);
    this.namespaceWatch =
        new NamespaceWatch(
            client, namespaces, declarations::incrementAndGet, failures::incrementAndGet);
    this.informer =
        client
            .genericKubernetesResources(ClusterClient.PODS)
            .inAnyNamespace()
            .withField("spec.nodeName", access.node())
            .withLimit(PAGE)
            .runnableInformer(0);
    ClusterClient.prepare(informer, ReducedStateItemStore.UID_KEY_STATE, client, this::failed);
    informer.addEventHandler(new CountedHandler<>(new Handler(), failures::incrementAndGet));
  }

  /**
   * Begins to watch; does not wait for the API server.
   *
   * @param environment where a pod finds the API server
   * @throws IllegalArgumentException if the kubeconfig cannot be used
   */
  public static PodWatch start(ClusterAccess access, Map<String, String> environment) {
    PodWatch watch = new PodWatch(ClusterClient.of(access, environment), access);
    watch.namespaceWatch.start();
    watch.informer.start().exceptionally(watch::failedToStart);
    return watch;
  }

  @Override
  public @Nullable PodNames find(String podUid, String containerId) {
    return pods.find(podUid, containerId);
  }

  @Override
  public @Nullable PodTraits traits(String podUid, String containerId) {
    return pods.traits(podUid, containerId);
  }

  @Override
  public long version() {
    return pods.version();
  }

  @Override
  public boolean isGone(String podUid) {
    return informer.hasSynced() && !pods.contains(podUid);
  }

  /**
   * Pattern of executables that a namespace allows to read models; empty if it says nothing, or
   * nobody knows.
   */
  public String allowedExecutables(String namespace) {
    return namespaces.allowedExecutables(namespace);
  }

  /**
   * The model that a pod, or else its namespace, is declared to hold.
   *
   * @param podUid as the kubelet calls it
   * @return empty if it is not known to be declared
   */
  public String holdsModel(String podUid) {
    Pod pod = pods.get(podUid);
    return pod == null ? "" : holdsModel(pod);
  }

  private String holdsModel(Pod pod) {
    String own = Namespaces.model(pod.annotations());
    return own.isEmpty() ? namespaces.holdsModel(pod.namespace()) : own;
  }

  /** Ids of containers that run in pods which are declared to hold a model. */
  public Set<String> declaredContainers() {
    return pods.containerIds(pod -> !holdsModel(pod).isEmpty());
  }

  /** Another number than before if pods or namespaces may declare other models. */
  public long declarations() {
    return declarations.get();
  }

  /** Whether the container that runs now is ready. */
  public Readiness readiness(String podUid, String containerId) {
    return pods.readiness(podUid, containerId);
  }

  /** Says it once when the API server is away. Called now and then by one thread. */
  public void look() {
    long now = System.nanoTime();
    if (informer.isWatching()) {
      watched = true;
      watchedNanos = now;
      answered();
    } else if (watched && now - watchedNanos > PAUSE_NANOS) {
      watched = false;
      failures.incrementAndGet();
      say("the API server has ended the watch and does not answer");
    }
  }

  /** Whether the API server tells of changes now. */
  public boolean isWatching() {
    return informer.isWatching();
  }

  /** Requests that the API server did not answer as asked. */
  public long failures() {
    return failures.get();
  }

  /** Pods that are known. */
  public int size() {
    return pods.size();
  }

  @Override
  public void close() {
    namespaceWatch.stop();
    informer.stop();
    client.close();
  }

  private @Nullable Void failedToStart(Throwable failure) {
    failed(failure);
    return null;
  }

  private void failed(Throwable failure) {
    failures.incrementAndGet();
    say(ApiProblem.of(failure));
  }

  /** Said once for each kind: what is missing is found out by other means or left out. */
  private void unanswered(KubernetesClientException failure) {
    failures.incrementAndGet();
    String now = ApiProblem.of(failure);
    if (!now.equals(unanswered)) {
      unanswered = now;
      logger.log(Level.WARNING, "{0}: owners of pods are told by their names only", now);
    }
  }

  /** Each kind of problem is said once until it is over. */
  private void say(String now) {
    if (!now.equals(problem)) {
      problem = now;
      logger.log(Level.WARNING, "{0}: pods are known by uid and container id only", now);
    }
  }

  private void answered() {
    if (!problem.isEmpty()) {
      problem = "";
      logger.info("the API server tells the names of pods again");
    }
  }

  /** One thread calls it; what it asks the API delays names, never counts. */
  private final class Handler implements ResourceEventHandler<GenericKubernetesResource> {

    @Override
    public void onAdd(GenericKubernetesResource added) {
      answered();
      findCluster();
      Pod pod = reader.read(added);
      Pod before = pods.get(pod.kubeletUid());
      pods.put(pod, owners.of(pod));
      if (!holdsModel(pod).isEmpty() && !pod.equals(before)) {
        declarations.incrementAndGet();
      }
    }

    @Override
    public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
      onAdd(after);
    }

    @Override
    public void onDelete(GenericKubernetesResource deleted, boolean finalStateUnknown) {
      pods.remove(deleted.getMetadata().getUid());
    }

    private void findCluster() {
      if (clusterIsKnown) {
        return;
      }
      clusterIsKnown = true;
      try {
        GenericKubernetesResource system =
            client
                .genericKubernetesResources(ClusterClient.NAMESPACES)
                .withName("kube-system")
                .get();
        pods.setClusterUid(system == null ? "" : system.getMetadata().getUid());
      } catch (KubernetesClientException failure) {
        unanswered(failure);
      }
    }
  }
}
