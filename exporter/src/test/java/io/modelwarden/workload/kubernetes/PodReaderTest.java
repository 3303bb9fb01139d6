// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.modelwarden.workload.PodNames;
import io.modelwarden.workload.PodNames.Owner;
import io.modelwarden.workload.PodNames.Service;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PodReaderTest {

  private static final ClusterAccess ACCESS =
      new ClusterAccess("", "node-1", Set.of("team"), Set.of("example.com/tier"));
  private static final List<Owner> LLM =
      List.of(new Owner("ReplicaSet", "llm-7d9c8b6f5"), new Owner("Deployment", "llm"));

  private final PodReader reader = new PodReader(ACCESS);
  private final Pods pods = new Pods(ACCESS, () -> 0);

  @Test
  void podOfADeployment() throws IOException {
    PodNames server = find("deployment-pod", "8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f", '2', LLM);
    assertThat(server)
        .isEqualTo(
            new PodNames(
                "",
                "models",
                "llm-7d9c8b6f5-x2x4z",
                "8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f",
                "server",
                false,
                false,
                "registry.example.com:5000/ml/vllm:0.9.1",
                LLM,
                Map.of("team", "ml"),
                Map.of("example.com/tier", "gold"),
                new Service("llm", "models", "0.9.1", "models.llm-7d9c8b6f5-x2x4z.server")));
  }

  /** The last run of a container that was started again; init and ephemeral containers too. */
  @ParameterizedTest
  @CsvSource({
    "1, server, false",
    "2, server, false",
    "3, proxy, false",
    "4, fetch, false",
    "5, debugger-x7k2, true",
    "9, '', false",
  })
  void containerById(char digit, String name, boolean ephemeral) throws IOException {
    PodNames names = find("deployment-pod", "8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f", digit, LLM);
    assertThat(names.container()).isEqualTo(name);
    assertThat(names.ephemeral()).isEqualTo(ephemeral);
    assertThat(names.pod()).isEqualTo("llm-7d9c8b6f5-x2x4z");
  }

  @Test
  void digestOfAnImage_isItsVersion() throws IOException {
    PodNames fetch = find("deployment-pod", "8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f", '4', LLM);
    assertThat(fetch.service().version()).isEqualTo("@sha256:" + "b".repeat(64));
  }

  /**
   * The kubelet names its cgroups by the hash of the manifest, the API the mirror by another uid.
   */
  @Test
  void staticPod_isFoundByTheHashOfItsManifest() throws IOException {
    PodNames names = find("static-pod", "3f9c2b1a0d8e7f6c5b4a39281706f5e4", '7', List.of());
    assertThat(names.podUid()).isEqualTo("33333333-4b5a-4c6d-9e7f-0a1b2c3d4e5f");
    assertThat(names.container()).isEqualTo("kube-apiserver");
    assertThat(names.owners()).isEmpty();
    assertThat(names.mountsHostRoot()).isFalse();
  }

  @Test
  void nodeShell_mountsTheHostsRoot() throws IOException {
    assertThat(
            find("node-debug-pod", "44444444-4b5a-4c6d-9e7f-0a1b2c3d4e5f", '8', List.of())
                .mountsHostRoot())
        .isTrue();
  }

  @Test
  void annotationsOfTheDerivation_winAndAreNotShown() throws IOException {
    List<Owner> owners =
        List.of(new Owner("Job", "backup-29400000"), new Owner("CronJob", "backup"));
    PodNames names = find("cronjob-pod", "22222222-4b5a-4c6d-9e7f-0a1b2c3d4e5f", '6', owners);
    assertThat(names.service())
        .isEqualTo(new Service("nightly", "models", "7", "models.backup-29400000-abcde.copy"));
    assertThat(names.annotations()).isEmpty();
  }

  /** Whatever an API server sends: the rest of the pod is still read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"containers\":null,\"volumes\":[null,{}]}",
        "{\"containers\":\"x\",\"volumes\":{\"a\":1}}",
        "{\"containers\":[null,5,{\"name\":7},{\"volumeMounts\":[{}]}]}",
      })
  void specOfAnotherShape_isNoFailure(String spec) throws IOException {
    GenericKubernetesResource pod = resource("deployment-pod");
    pod.setAdditionalProperty("spec", new ObjectMapper().readValue(spec, Map.class));
    assertThat(reader.read(pod).name()).isEqualTo("llm-7d9c8b6f5-x2x4z");
  }

  private PodNames find(String file, String uid, char digit, List<Owner> owners)
      throws IOException {
    pods.put(reader.read(resource(file)), owners);
    return pods.find(uid, String.valueOf(digit).repeat(64));
  }

  private static GenericKubernetesResource resource(String file) throws IOException {
    return new ObjectMapper()
        .readValue(ApiServer.read(file).toString(), GenericKubernetesResource.class);
  }
}
