// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.ReducedStateItemStore;
import io.fabric8.kubernetes.client.informers.cache.ReducedStateItemStore.KeyState;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.function.Consumer;

/** The client, and the kinds that it reads. */
final class ClusterClient {

  static final ResourceDefinitionContext PODS = kind("", "Pod", "pods", true);
  static final ResourceDefinitionContext NAMESPACES = kind("", "Namespace", "namespaces", false);
  static final ResourceDefinitionContext REPLICA_SETS =
      kind("apps", "ReplicaSet", "replicasets", true);
  static final ResourceDefinitionContext JOBS = kind("batch", "Job", "jobs", true);

  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int RETRIES = 1;

  private ClusterClient() {}

  /**
   * @throws IllegalArgumentException if the kubeconfig cannot be used
   */
  static KubernetesClient of(ClusterAccess access, Map<String, String> environment) {
    Config config = access.kubeconfig().isEmpty() ? inCluster(environment) : fromFile(access);
    config.setConnectionTimeout(TIMEOUT_MILLIS);
    config.setRequestTimeout(TIMEOUT_MILLIS);
    config.setRequestRetryBackoffLimit(RETRIES);
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withKubernetesSerialization(generic())
        .withHttpClientFactory(new JdkHttpClientFactory())
        .withHttpClientBuilderConsumer(
            builder -> builder.addOrReplaceInterceptor("limits", new AnswerLimits()))
        .build();
  }

  /**
   * Of each object the client itself keeps key and version only; after a failure it goes on.
   *
   * @param key all that is told of an object whose deletion was missed
   */
  static void prepare(
      SharedIndexInformer<GenericKubernetesResource> informer,
      KeyState key,
      KubernetesClient client,
      Consumer<Throwable> failed) {
    informer.itemStore(
        new ReducedStateItemStore<>(
            key, GenericKubernetesResource.class, client.getKubernetesSerialization()));
    informer.exceptionHandler(
        (started, failure) -> {
          failed.accept(failure);
          return true;
        });
  }

  /**
   * Events of a watch would be read as the typed model otherwise, which is larger than the rest.
   */
  private static KubernetesSerialization generic() {
    KubernetesSerialization serialization = new KubernetesSerialization(new ObjectMapper(), false);
    serialization.registerKubernetesResource(Status.class); // what a watch ends with
    return serialization;
  }

  private static Config fromFile(ClusterAccess access) {
    try {
      return Config.fromKubeconfig(new File(access.kubeconfig()));
    } catch (KubernetesClientException | IllegalArgumentException | IllegalStateException wrong) {
      throw new IllegalArgumentException(
          "%s is no usable kubeconfig: %s".formatted(access.kubeconfig(), wrong.getMessage()),
          wrong);
    }
  }

  private static Config inCluster(Map<String, String> environment) {
    String host = environment.getOrDefault(ClusterAccess.HOST_VARIABLE, "");
    String port = environment.getOrDefault(ClusterAccess.PORT_VARIABLE, "443");
    return new ConfigBuilder(Config.empty())
        .withMasterUrl("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port)
        .withCaCertFile(ClusterAccess.SERVICE_ACCOUNT.resolve("ca.crt").toString())
        .withOauthTokenProvider(ClusterClient::token)
        .build();
  }

  /** Read again each time: the kubelet replaces it every hour. */
  private static String token() {
    try {
      return Files.readString(ClusterAccess.SERVICE_ACCOUNT.resolve("token")).strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static ResourceDefinitionContext kind(
      String group, String kind, String plural, boolean namespaced) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion("v1")
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(namespaced)
        .build();
  }
}
