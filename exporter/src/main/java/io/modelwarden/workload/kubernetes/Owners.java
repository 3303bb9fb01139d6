// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.modelwarden.workload.PodNames.Owner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Who made what made a pod: a Deployment its ReplicaSets, a CronJob its Jobs. Asked once each. */
final class Owners {

  private static final int LIMIT = 1024;
  private static final Map<String, ResourceDefinitionContext> BETWEEN =
      Map.of("ReplicaSet", ClusterClient.REPLICA_SETS, "Job", ClusterClient.JOBS);

  private final KubernetesClient client;
  private final Consumer<KubernetesClientException> failed;
  private final Map<String, Optional<Owner>> known =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Optional<Owner>> eldest) {
          return size() > LIMIT;
        }
      };

  /**
   * @param failed told of each question that the API did not answer
   */
  Owners(KubernetesClient client, Consumer<KubernetesClientException> failed) {
    this.client = client;
    this.failed = failed;
  }

  /** From the nearest to the top one. May ask the API. */
  List<Owner> of(Pod pod) {
    Owner nearest = pod.owner();
    if (nearest == null) {
      return List.of();
    }
    return above(pod, nearest).map(top -> List.of(nearest, top)).orElse(List.of(nearest));
  }

  private Optional<Owner> above(Pod pod, Owner nearest) {
    ResourceDefinitionContext kind = BETWEEN.get(nearest.kind());
    if (kind == null) {
      return Optional.empty();
    }
    String key = nearest.kind() + "/" + pod.namespace() + "/" + nearest.name();
    Optional<Owner> before = known.get(key);
    if (before != null) {
      return before;
    }
    try {
      GenericKubernetesResource between =
          client
              .genericKubernetesResources(kind)
              .inNamespace(pod.namespace())
              .withName(nearest.name())
              .get();
      if (between != null) {
        Optional<Owner> top = Optional.ofNullable(PodReader.controller(between.getMetadata()));
        known.put(key, top);
        return top;
      }
    } catch (KubernetesClientException unanswered) {
      failed.accept(unanswered);
    }
    return byName(pod, nearest);
  }

  /** Without an answer: a Deployment calls its ReplicaSets by its name and the template's hash. */
  private static Optional<Owner> byName(Pod pod, Owner nearest) {
    String suffix = "-" + pod.templateHash();
    boolean told = !pod.templateHash().isEmpty() && nearest.name().endsWith(suffix);
    return nearest.kind().equals("ReplicaSet") && told
        ? Optional.of(
            new Owner(
                "Deployment",
                nearest.name().substring(0, nearest.name().length() - suffix.length())))
        : Optional.empty();
  }
}
