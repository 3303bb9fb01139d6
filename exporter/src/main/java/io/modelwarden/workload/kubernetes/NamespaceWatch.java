// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.ReducedStateItemStore;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Keeps what namespaces say up to date. Without the right to it, they say nothing. */
final class NamespaceWatch implements ResourceEventHandler<GenericKubernetesResource> {

  private static final Logger logger = Logger.getLogger(NamespaceWatch.class.getName());
  private static final long PAGE = 50;

  private final Namespaces namespaces;
  private final Runnable changed;
  private final Runnable failed;
  private final SharedIndexInformer<GenericKubernetesResource> informer;
  private volatile String problem = "";

  /**
   * @param changed told when something else is said
   * @param failed told of what the API did not answer, and of an object that was not taken over
   */
  NamespaceWatch(
      KubernetesClient client, Namespaces namespaces, Runnable changed, Runnable failed) {
    this.namespaces = namespaces;
    this.changed = changed;
    this.failed = failed;
    this.informer =
        client
            .genericKubernetesResources(ClusterClient.NAMESPACES)
            .withLimit(PAGE)
            .runnableInformer(0);
    // By name: one that has taken the name of another is the same one, changed.
    ClusterClient.prepare(informer, ReducedStateItemStore.NAME_KEY_STATE, client, this::failed);
    informer.addEventHandler(new CountedHandler<>(this, failed));
  }

  void start() {
    informer.start().exceptionally(this::failed);
  }

  void stop() {
    informer.stop();
  }

  @Override
  public void onAdd(GenericKubernetesResource added) {
    problem = "";
    Map<String, String> annotations = added.getMetadata().getAnnotations();
    if (namespaces.put(
        added.getMetadata().getName(), annotations == null ? Map.of() : annotations)) {
      changed.run();
    }
  }

  @Override
  public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
    onAdd(after);
  }

  @Override
  public void onDelete(GenericKubernetesResource deleted, boolean finalStateUnknown) {
    if (namespaces.remove(deleted.getMetadata().getName())) {
      changed.run();
    }
  }

  /** Said once until it is over. */
  private @Nullable Void failed(Throwable failure) {
    failed.run();
    String now = ApiProblem.of(failure);
    if (!now.equals(problem)) {
      problem = now;
      logger.log(
          Level.WARNING, "{0}: annotations of namespaces are as they were, or not known", now);
    }
    return null;
  }
}
