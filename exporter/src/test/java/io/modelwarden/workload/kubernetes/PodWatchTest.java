// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelwarden.workload.PodNames;
import io.modelwarden.workload.PodNames.Owner;
import io.modelwarden.workload.Readiness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodWatchTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String POD = "8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f";
  private static final String SERVER = "2".repeat(64);

  @TempDir private Path folder;
  private final ApiServer api = new ApiServer();
  private final Said log = new Said(PodWatch.class);
  private final List<String> said = log.messages;

  @AfterEach
  void stop() {
    log.close();
    api.close();
  }

  @Test
  @Tag("packaged")
  void podsOfThisNode_withOwnersAndCluster() throws IOException {
    api.put(ApiServer.read("deployment-pod"));
    api.put(ApiServer.read("cronjob-pod"));
    api.put(ApiServer.read("static-pod"));
    try (PodWatch watch = start()) {
      until(() -> watch.size() == 3);
      PodNames names = watch.find(POD, SERVER);
      assertThat(names.clusterUid()).isEqualTo("c1c1c1c1-4b5a-4c6d-9e7f-0a1b2c3d4e5f");
      assertThat(names.container()).isEqualTo("server");
      assertThat(names.owners())
          .containsExactly(
              new Owner("ReplicaSet", "llm-7d9c8b6f5"), new Owner("Deployment", "llm"));
      PodNames copy = watch.find("22222222-4b5a-4c6d-9e7f-0a1b2c3d4e5f", "6".repeat(64));
      assertThat(copy.owners())
          .containsExactly(new Owner("Job", "backup-29400000"), new Owner("CronJob", "backup"));
      assertThat(api.requests)
          .filteredOn(request -> request.startsWith("/api/v1/pods"))
          .allMatch(request -> request.contains("fieldSelector=spec.nodeName%3Dnode-1"));
      assertThat(api.requests).filteredOn(request -> request.contains("replicasets")).hasSize(1);
      assertThat(said).isEmpty();
    }
  }

  @Test
  @Tag("packaged")
  void podsThatComeAndGo_areFollowed() throws IOException {
    try (PodWatch watch = start()) {
      until(watch::isWatching);
      ObjectNode pod = ApiServer.read("deployment-pod");
      api.put(pod);
      until(() -> watch.find(POD, SERVER) != null);
      assertThat(watch.isGone(POD)).isFalse();
      api.delete(pod);
      until(() -> watch.isGone(POD));
      assertThat(watch.find(POD, SERVER).container()).isEqualTo("server"); // for a late look
    }
  }

  /** What rules ask of is as it is now, and a change of it is told. */
  @Test
  void changedLabel_isTold() throws IOException {
    ObjectNode pod = ApiServer.read("deployment-pod");
    api.put(pod);
    try (PodWatch watch = start()) {
      until(() -> watch.isWatching() && watch.traits(POD, SERVER) != null);
      assertThat(watch.traits(POD, SERVER).namespace()).isEqualTo("models");
      assertThat(watch.traits(POD, SERVER).container()).isEqualTo("server");
      assertThat(watch.traits(POD, "f".repeat(64)).container()).isEmpty();
      assertThat(watch.traits("another", SERVER)).isNull();
      long before = watch.version();
      pod.withObject("/metadata/labels").put("tier", "batch");
      long changedNanos = System.nanoTime();
      api.put(pod);
      until(() -> watch.version() != before);
      assertThat(watch.traits(POD, SERVER).labels()).containsEntry("tier", "batch");
      assertThat(System.nanoTime() - changedNanos).isLessThan(1_000_000_000L);
    }
  }

  @Test
  @Tag("packaged")
  void versionThatHasExpired_isListedAgain() throws IOException {
    api.put(ApiServer.read("deployment-pod"));
    try (PodWatch watch = start()) {
      until(watch::isWatching);
      api.expire();
      until(() -> lists() > 1 && watch.isWatching());
      api.put(ApiServer.read("static-pod"));
      until(() -> watch.size() == 2);
    }
  }

  /** What was deleted while nobody listened is gone, and nothing before is forgotten meanwhile. */
  @Test
  void outage_keepsWhatIsKnownAndCatchesUp() throws IOException {
    ObjectNode pod = ApiServer.read("deployment-pod");
    api.put(pod);
    try (PodWatch watch = start()) {
      until(() -> isWatching(watch) && watch.find(POD, SERVER) != null);
      api.setFault(exchange -> ApiServer.refuse(exchange, 503));
      api.endWatches();
      api.delete(pod);
      api.put(ApiServer.read("static-pod"));
      until(() -> !isWatching(watch) && !said.isEmpty());
      assertThat(said).first().asString().contains("known by uid and container id only");
      assertThat(watch.find(POD, SERVER)).isNotNull();
      assertThat(watch.isGone(POD)).isFalse();
      api.setFault(exchange -> false);
      until(() -> watch.isGone(POD) && watch.size() == 2 && isWatching(watch));
      assertThat(said).last().asString().contains("again");
    }
  }

  /** The kubelet's name of a static pod outlives the object that shows it. */
  @Test
  void staticPodShownAnew_whileNobodyListened_isThere() throws IOException {
    ObjectNode pod = ApiServer.read("static-pod");
    String kubeletUid = pod.at("/metadata/annotations/kubernetes.io~1config.hash").asText();
    api.put(pod);
    try (PodWatch watch = start()) {
      until(() -> isWatching(watch) && watch.size() == 1);
      api.setFault(exchange -> ApiServer.refuse(exchange, 503));
      api.endWatches();
      api.delete(pod);
      api.put(withUid(ApiServer.read("static-pod"), "44444444-4b5a-4c6d-9e7f-0a1b2c3d4e5f"));
      api.setFault(exchange -> false);
      ObjectNode later = ApiServer.read("deployment-pod");
      until(() -> isWatching(watch));
      api.put(later);
      until(() -> watch.size() == 2);
      assertThat(watch.isGone(kubeletUid)).isFalse();
    }
  }

  /** One warning with the remedy; names are filled in once it is allowed. */
  @ParameterizedTest
  @ValueSource(ints = {401, 403, 429, 500})
  void serverThatRefuses_isSaidOnceAndAskedAgain(int code) throws IOException {
    api.put(ApiServer.read("deployment-pod"));
    api.setFault(exchange -> ApiServer.refuse(exchange, code));
    try (PodWatch watch = start()) {
      until(() -> watch.failures() > 2);
      assertThat(watch.isGone(POD)).isFalse();
      assertThat(said).hasSize(1).first().asString().contains(Integer.toString(code));
      api.setFault(exchange -> false);
      until(() -> watch.find(POD, SERVER) != null);
      until(() -> said.size() == 2);
      assertThat(said.get(1)).isEqualTo("the API server tells the names of pods again");
    }
  }

  /** Of namespaces only: what a pod says of who may read is not even looked at. */
  @Test
  void allowedExecutables_areThoseOfTheNamespace_andChangeAtOnce() throws IOException {
    ObjectNode pod = ApiServer.read("deployment-pod");
    annotate(pod, "modelwarden.io/allowed-executables", ".*");
    api.put(pod);
    api.put(ApiServer.namespace("models", Map.of()));
    try (PodWatch watch = start()) {
      until(() -> watch.find(POD, SERVER) != null);
      assertThat(watch.allowedExecutables("models")).isEmpty();
      api.put(ApiServer.namespace("models", allowed("^/usr/bin/vllm$")));
      until(() -> watch.allowedExecutables("models").equals("^/usr/bin/vllm$"));
      assertThat(watch.allowedExecutables("default")).isEmpty();
      api.put(ApiServer.namespace("models", allowed("x".repeat(4097))));
      until(() -> watch.allowedExecutables("models").isEmpty());
      api.put(ApiServer.namespace("models", allowed("^/bin/a$")));
      until(() -> watch.allowedExecutables("models").equals("^/bin/a$"));
      api.delete(ApiServer.namespace("models", Map.of()));
      until(() -> watch.allowedExecutables("models").isEmpty());
    }
  }

  /** What nobody has told of is found by listing again: no permission outlives its namespace. */
  @Test
  void namespaceDeletedWhileNobodyListened_allowsNothing() throws IOException {
    ObjectNode deleted = ApiServer.namespace("models", allowed("^/bin/a$"));
    ObjectNode replaced = ApiServer.namespace("team", allowed("^/bin/b$"));
    api.put(deleted);
    api.put(replaced);
    try (PodWatch watch = start()) {
      until(() -> watch.allowedExecutables("models").equals("^/bin/a$"));
      until(() -> watch.allowedExecutables("team").equals("^/bin/b$"));
      api.setFault(exchange -> ApiServer.refuse(exchange, 503));
      api.endWatches();
      api.delete(deleted);
      api.delete(replaced);
      api.put(withUid(ApiServer.namespace("team", allowed("^/bin/c$")), "another"));
      api.setFault(exchange -> false);
      until(() -> watch.allowedExecutables("models").isEmpty());
      api.put(ApiServer.namespace("later", allowed("^/bin/d$")));
      until(() -> watch.allowedExecutables("later").equals("^/bin/d$"));
      assertThat(watch.allowedExecutables("team")).isEqualTo("^/bin/c$");
    }
  }

  @Test
  void holdsModel_isDeclaredByThePodOrElseItsNamespace() throws IOException {
    ObjectNode pod = ApiServer.read("deployment-pod");
    api.put(pod);
    try (PodWatch watch = start()) {
      until(() -> watch.find(POD, SERVER) != null);
      assertThat(watch.holdsModel(POD)).isEmpty();
      assertThat(watch.declaredContainers()).isEmpty();
      final long before = watch.declarations();
      api.put(ApiServer.namespace("models", Map.of("modelwarden.io/holds-model", "org/base")));
      until(() -> watch.holdsModel(POD).equals("org/base") && watch.declarations() > before);
      assertThat(watch.declaredContainers())
          .as("of the present runs")
          .contains(SERVER)
          .doesNotContain("1".repeat(64));
      final long between = watch.declarations();
      annotate(pod, "modelwarden.io/holds-model", "org/own");
      api.put(pod);
      until(() -> watch.holdsModel(POD).equals("org/own") && watch.declarations() > between);
      annotate(pod, "modelwarden.io/holds-model", "two\nlines");
      api.put(pod);
      until(() -> watch.holdsModel(POD).equals("org/base"));
      assertThat(watch.find(POD, SERVER).annotations()).isEmpty();
    }
  }

  @Test
  void namespacesThatMayNotBeRead_sayNothingAndHideNoPod() throws IOException {
    api.put(ApiServer.read("deployment-pod"));
    api.put(ApiServer.namespace("models", allowed(".*")));
    api.setFault(
        exchange ->
            exchange.getRequestURI().getPath().equals("/api/v1/namespaces")
                && ApiServer.refuse(exchange, 403));
    try (PodWatch watch = start()) {
      until(() -> watch.find(POD, SERVER) != null && watch.failures() > 0);
      assertThat(watch.allowedExecutables("models")).isEmpty();
      assertThat(said).isEmpty();
      api.setFault(exchange -> false);
      until(() -> watch.allowedExecutables("models").equals(".*"));
    }
  }

  @Test
  void readiness_isThatOfThePresentRun() throws IOException {
    ObjectNode pod = ApiServer.read("deployment-pod");
    api.put(pod);
    try (PodWatch watch = start()) {
      until(() -> watch.find(POD, SERVER) != null);
      assertThat(watch.readiness(POD, SERVER)).isEqualTo(Readiness.READY);
      assertThat(watch.readiness(POD, "1".repeat(64))).as("before").isEqualTo(Readiness.UNKNOWN);
      assertThat(watch.readiness(POD, "9".repeat(64))).isEqualTo(Readiness.UNKNOWN);
      assertThat(watch.readiness("another", SERVER)).isEqualTo(Readiness.UNKNOWN);
      pod.at("/status/containerStatuses")
          .forEach(status -> ((ObjectNode) status).put("ready", false));
      api.put(pod);
      until(() -> watch.readiness(POD, SERVER) == Readiness.NOT_READY);
    }
  }

  /** An answer that takes longer than anybody waits, and one that stops in its middle. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void serverThatIsSlow_delaysNamesAndNothingElse(boolean begins) throws IOException {
    api.put(ApiServer.read("deployment-pod"));
    CountDownLatch end = new CountDownLatch(1);
    api.setFault(exchange -> ApiServer.stall(exchange, begins, end));
    long before = System.nanoTime();
    try (PodWatch watch = start()) {
      assertThat(watch.find(POD, SERVER)).isNull();
      watch.look();
      assertThat(watch.isGone(POD)).isFalse();
      assertThat(System.nanoTime() - before).isLessThan(Duration.ofSeconds(8).toNanos());
      until(() -> watch.failures() > 0 && !said.isEmpty());
      assertThat(said).first().asString().contains("cannot be asked");
      api.setFault(exchange -> false);
      until(() -> watch.find(POD, SERVER) != null);
    } finally {
      end.countDown();
    }
  }

  /** An agent has less memory than a server has words. */
  @Test
  void answerWithoutEnd_isGivenUp() throws IOException {
    api.put(ApiServer.read("deployment-pod"));
    AtomicLong sent = new AtomicLong();
    api.setFault(exchange -> ApiServer.talk(exchange, sent));
    try (PodWatch watch = start()) {
      until(() -> watch.failures() > 1);
      assertThat(said).first().asString().contains("cannot be asked");
      api.setFault(exchange -> false);
      until(() -> watch.find(POD, SERVER) != null);
    }
    assertThat(sent.get()).isLessThan(16L * AnswerLimits.LONGEST_BYTES);
  }

  @Test
  void pagesAreAskedForInPieces() throws IOException {
    api.put(ApiServer.read("deployment-pod"));
    try (PodWatch watch = start()) {
      until(() -> watch.find(POD, SERVER) != null);
      assertThat(api.requests)
          .filteredOn(request -> request.matches("/api/v1/(pods|namespaces)\\?.*"))
          .filteredOn(request -> !request.contains("watch=true"))
          .isNotEmpty()
          .allMatch(
              request -> request.contains(request.contains("/pods") ? "limit=8" : "limit=50"));
    }
  }

  /** Without rights on ReplicaSets the Deployment is told by its template's hash. */
  @Test
  @Tag("packaged")
  void ownersThatMayNotBeRead_areToldByName() throws IOException {
    api.put(ApiServer.read("deployment-pod"));
    api.setFault(
        exchange ->
            exchange.getRequestURI().getPath().startsWith("/apis/")
                && ApiServer.refuse(exchange, 403));
    try (PodWatch watch = start()) {
      until(() -> watch.find(POD, SERVER) != null);
      assertThat(watch.find(POD, SERVER).owners())
          .containsExactly(
              new Owner("ReplicaSet", "llm-7d9c8b6f5"), new Owner("Deployment", "llm"));
      assertThat(watch.failures()).isPositive();
      assertThat(said).hasSize(1).first().asString().contains("403");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no JSON",
        "{\"kind\":\"PodList\",\"items\":\"none\"}",
        "[]",
        "",
        "{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"metadata\":{},\"items\":[{\"metadata\":{}}]}"
      })
  void serverThatAnswersWrongly_isAskedAgain(String body) throws IOException {
    api.put(ApiServer.read("deployment-pod"));
    api.setFault(exchange -> ApiServer.send(exchange, 200, body));
    try (PodWatch watch = start()) {
      until(() -> api.requests.size() > 2);
      api.setFault(exchange -> false);
      api.expire();
      until(() -> watch.find(POD, SERVER) != null);
    }
  }

  @Test
  void serverThatIsNotThere_isWaitedFor() throws IOException {
    Path kubeconfig = api.kubeconfig(folder);
    api.close();
    ClusterAccess access = new ClusterAccess(kubeconfig.toString(), "node-1", Set.of(), Set.of());
    try (PodWatch watch = PodWatch.start(access, Map.of())) {
      until(() -> watch.failures() > 2);
      assertThat(said).hasSize(1).first().asString().contains("cannot be asked");
      assertThat(watch.find(POD, SERVER)).isNull();
    }
  }

  @Test
  void kubeconfigThatIsNone_isRefused() throws IOException {
    Path wrong = Files.writeString(folder.resolve("wrong"), "{{{");
    ClusterAccess access = new ClusterAccess(wrong.toString(), "node-1", Set.of(), Set.of());
    assertThatThrownBy(() -> PodWatch.start(access, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(wrong + " is no usable kubeconfig");
  }

  private static void annotate(ObjectNode pod, String key, String value) {
    ((ObjectNode) pod.get("metadata")).withObject("/annotations").put(key, value);
  }

  private static ObjectNode withUid(ObjectNode object, String uid) {
    ((ObjectNode) object.get("metadata")).put("uid", uid);
    return object;
  }

  private static Map<String, String> allowed(String pattern) {
    return Map.of("modelwarden.io/allowed-executables", pattern);
  }

  private PodWatch start() throws IOException {
    ClusterAccess access =
        new ClusterAccess(api.kubeconfig(folder).toString(), "node-1", Set.of("team"), Set.of());
    return PodWatch.start(access, Map.of());
  }

  private static boolean isWatching(PodWatch watch) {
    watch.look();
    return watch.isWatching();
  }

  private long lists() {
    return api.requests.stream()
        .filter(request -> request.startsWith("/api/v1/pods") && !request.contains("watch=true"))
        .filter(request -> !request.contains("continue="))
        .count();
  }

  private static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited for " + PATIENCE).isLessThan(deadline);
      try {
        Thread.sleep(20);
      } catch (InterruptedException interrupted) {
        throw new AssertionError(interrupted);
      }
    }
  }
}
