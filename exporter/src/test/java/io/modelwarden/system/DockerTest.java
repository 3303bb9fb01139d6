// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.PROCESS_EXEC;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.IDENTITY;
import static io.modelwarden.coverage.Kind.READER;
import static io.modelwarden.system.ExportedTotals.attribute;
import static io.modelwarden.system.Stage.MODEL_BYTES;
import static io.modelwarden.system.Stage.nameOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import io.modelwarden.coverage.Way;
import io.modelwarden.event.DisplayText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.testcontainers.containers.GenericContainer;

/**
 * A real Docker on the agent's machine: each byte belongs to the container whose process read it.
 */
@Tag("system")
class DockerTest {

  private static final String READ_FILE = "read_file";
  private static final String BYTES = "modelwarden.file.io";
  private static final String POD = "pod8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f";
  private static final String OTHER =
      "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  private static final int SHORT_LIVED = 100;

  @TempDir static Path folder;
  private static DockerDaemon docker;
  private static Stage stage;

  @BeforeAll
  static void start() throws IOException {
    docker = new DockerDaemon(folder);
    stage = new Stage(folder, "");
  }

  @AfterAll
  static void stop() {
    if (stage != null) {
      stage.close();
    }
    if (docker != null) {
      docker.close();
    }
  }

  /** The daemon reads what `docker cp` takes: nothing runs in the container for it. */
  @Test
  @Way(
      value = "docker exec, docker cp",
      of = READER,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT},
      note = "told by its origin")
  void server_execSession_andCopy_areToldApart() throws Exception {
    Path model = stage.model("docker");
    String inside = inside(model);
    try (GenericContainer<?> server = server(READ_FILE + " read " + inside + " 65536")) {
      server.start();
      String id = server.getContainerId();
      int code =
          server
              .execInContainer(READ_FILE, "read", inside, "4096", "--limit", "1000001")
              .getExitCode();
      assertThat(code).isZero();
      byte[] copy = server.copyFileFromContainer(inside, InputStream::readAllBytes);
      assertThat(copy).hasSize((int) MODEL_BYTES);

      settle(model, 2 * MODEL_BYTES + 1_000_001);
      assertThat(total(model, shortId(id), "entrypoint")).isEqualTo(MODEL_BYTES);
      assertThat(total(model, shortId(id), "exec")).isEqualTo(1_000_001);
      assertThat(total(model, "dockerd", "host")).isEqualTo(MODEL_BYTES);
      assertThat(bytesByContainer(model, "entrypoint")).isEqualTo(Map.of(id, MODEL_BYTES));
      assertThat(bytesByContainer(model, "exec")).isEqualTo(Map.of(id, 1_000_001L));
      assertThat(bytesByContainer(model, "host")).isEqualTo(Map.of("", MODEL_BYTES));
    }
  }

  /** A model that came with the image or was written by the container, and not from a volume. */
  @Test
  @Way(
      value = "a model in the container's own layer (overlayfs)",
      of = IDENTITY,
      bytes = EXACT,
      by = SYS_EXIT)
  void modelInTheContainersOwnLayer_isCountedToTheByte() throws Exception {
    String name = Stage.own("layer");
    String path = "/tmp/" + name + ".safetensors";
    String make = "make_model %s %d >/dev/null".formatted(path, MODEL_BYTES);
    try (GenericContainer<?> server = server(make + "; read_file read " + path + " 65536")) {
      server.start();
      Path model = Path.of(path);
      settle(model, MODEL_BYTES);
      assertThat(total(model, shortId(server.getContainerId()), "entrypoint"))
          .isEqualTo(MODEL_BYTES);
    }
  }

  /** Names of a container, of its machine, its image, its labels, its folders and its files. */
  record Names(String container, String host, String image, String target, String file) {}

  static Stream<Names> hostileNames() {
    return Stream.of(
        new Names(OTHER, "5d1f0a9c3b7e", "local/acts", "/models", "it's \"$(reboot)\" `id`; & #"),
        new Names("kubepods", POD, "local/kubepods", "/kubepods/burstable/" + POD, OTHER),
        new Names(
            "docker-" + OTHER + ".scope",
            "localhost",
            "local/docker-" + OTHER,
            "/docker/" + OTHER + "/\u2603 $HOME 'x'",
            "two\nlines\t\u202egpj.\u001b[2J\u2603\\n%s{}"),
        new Names("host", "host", "local/host", "/proc-1/root", "..-host-entrypoint-\"exec\""));
  }

  @ParameterizedTest
  @MethodSource
  void hostileNames(Names names) throws Exception {
    Path model = stage.model(names.file());
    String tag = names.image().equals("local/acts") ? "latest" : "crio-" + OTHER;
    docker.tag(names.image(), tag);
    String inside = names.target() + "/" + model.getFileName();
    try (GenericContainer<?> server =
        container(names.image() + ":" + tag, names.target())
            .withCommand("sh", "-c", "read_file read \"$1\" 65536; sleep 600", "sh", inside)
            .withLabels(podLabels())) {
      server.withCreateContainerCmdModifier(
          create -> create.withName(names.container()).withHostName(names.host()));
      server.start();
      String id = server.getContainerId();

      String path = DisplayText.escape(inside);
      RunningCollector.await("the read", () -> total(path, shortId(id)) >= MODEL_BYTES);
      assertThat(total(path, shortId(id), "entrypoint")).isEqualTo(MODEL_BYTES);
      assertThat(total(path)).isEqualTo(MODEL_BYTES);
      Set<String> kinds =
          series(path)
              .map(
                  series ->
                      series.replaceAll(".*workload\\.kind\\S*?\"stringValue\":\"(\\w+)\".*", "$1"))
              .collect(Collectors.toSet());
      assertThat(kinds).containsExactly("container");
      assertThat(series(path)).noneMatch(series -> series.contains("k8s.pod"));
    }
  }

  /** Who may make cgroups below his own: also the container of another pod is below, not beside. */
  @Test
  void containerThatImitatesAPodBelowItself_isNotBelieved() throws Exception {
    Path model = stage.model("imitating");
    String script =
        """
        own=$(sed -n 's,^[0-9]*:\\(pids\\|\\):/*,,p' /proc/self/cgroup | head -1)
        below=/cgroups/$own/kubepods/burstable/%s/%s
        mkdir -p $below
        in_cgroup $below /bin/read_file read %s 65536
        """
            .formatted(POD, OTHER, inside(model));
    try (GenericContainer<?> server = server(script)) {
      Bind cgroups = Bind.parse(cgroupRoot() + ":/cgroups");
      server.withCreateContainerCmdModifier(
          create -> {
            HostConfig host = create.getHostConfig();
            create.withHostConfig(host.withBinds(cgroups).withCgroupnsMode("host"));
          });
      server.start();
      String id = server.getContainerId();
      settle(model, MODEL_BYTES);
      assertThat(total(model, shortId(id), "entrypoint")).isEqualTo(MODEL_BYTES);
      assertThat(bytesByContainer(model, "entrypoint")).isEqualTo(Map.of(id, MODEL_BYTES));
    }
  }

  /** The agent is stopped while they live: what they were is known from the kernel alone. */
  @Test
  void hundredContainers_goneBeforeAnybodyLooks_haveTheirOwnBytes() throws Exception {
    Path model = stage.model("short-lived");
    List<Long> bytes =
        IntStream.range(0, SHORT_LIVED).mapToObj(each -> 100_000L + each * 1_001L).toList();
    List<String> ids = bytes.stream().map(limit -> created(model, limit)).toList();
    Map<String, Long> expected = new HashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      expected.put(ids.get(i), bytes.get(i));
    }

    stage.whileAgentIsStopped(
        () -> {
          ids.forEach(id -> docker.client().startContainerCmd(id).exec());
          RunningCollector.await(
              "the containers' end",
              () -> docker.client().listContainersCmd().withShowAll(true).exec().isEmpty());
        });

    settle(model, bytes.stream().mapToLong(Long::longValue).sum());
    assertThat(bytesByContainer(model, "entrypoint")).isEqualTo(expected);
    expected.forEach(
        (id, read) -> assertThat(total(model, shortId(id), "entrypoint")).as(id).isEqualTo(read));
  }

  private static String created(Path model, long limit) {
    return docker
        .client()
        .createContainerCmd(DockerDaemon.IMAGE)
        .withHostConfig(
            new HostConfig()
                .withAutoRemove(true)
                .withNetworkMode("none")
                .withMounts(List.of(models("/models"))))
        .withCmd(READ_FILE, "read", inside(model), "65536", "--limit", Long.toString(limit))
        .exec()
        .getId();
  }

  /** Runs a script and then sleeps. */
  private static GenericContainer<?> server(String script) {
    return container(DockerDaemon.IMAGE, "/models").withCommand("sh", "-c", script + "\nsleep 600");
  }

  private static GenericContainer<?> container(String image, String target) {
    GenericContainer<?> container = new GenericContainer<>(image);
    return container
        .withNetworkMode("none")
        .withCreateContainerCmdModifier(
            create ->
                create.withHostConfig(
                    create
                        .getHostConfig()
                        .withNetworkMode("none")
                        .withMounts(List.of(models(target)))));
  }

  private static Mount models(String target) {
    return new Mount()
        .withType(MountType.BIND)
        .withSource(folder.toString())
        .withTarget(target)
        .withReadOnly(true);
  }

  /** What a shim of the kubelet's writes. */
  private static Map<String, String> podLabels() {
    return Map.of(
        "io.kubernetes.pod.uid", POD.substring(3),
        "io.kubernetes.pod.namespace", "kube-system",
        "io.kubernetes.pod.name", "etcd",
        "io.kubernetes.container.name", "etcd");
  }

  private static String cgroupRoot() {
    Path v1 = Path.of("/sys/fs/cgroup/pids");
    return (v1.toFile().isDirectory() ? v1 : v1.getParent()).toString();
  }

  private static String inside(Path model) {
    return "/models/" + model.getFileName();
  }

  private static String shortId(String id) {
    return id.substring(0, 12);
  }

  /** Waits until that much was read of the model, and until what comes besides would be there. */
  private static void settle(Path model, long bytes) {
    RunningCollector.await("the reads of " + model, () -> total(model) >= bytes);
    stage.settle(nameOf(model));
    assertThat(total(model)).isEqualTo(bytes);
  }

  private static long total(Path model, String... values) {
    return total(nameOf(model), values);
  }

  private static long total(String one, String... values) {
    return stage.total(
        BYTES,
        Stream.concat(Stream.of(json(one), "read"), Stream.of(values)).toArray(String[]::new));
  }

  private static Stream<String> series(String path) {
    return stage.collector().totals().of(BYTES).keySet().stream()
        .filter(series -> series.contains('"' + json(path) + '"'));
  }

  private static String json(String text) {
    return new String(JsonStringEncoder.getInstance().quoteAsString(text));
  }

  /** By the spans: bytes read of the model by container.id, empty where there is none. */
  private static Map<String, Long> bytesByContainer(Path model, String origin) {
    return stage.spans("read safetensors", nameOf(model)).stream()
        .filter(span -> text(span, "modelwarden.process.origin").equals(origin))
        .collect(
            Collectors.groupingBy(
                span -> text(span, "container.id"),
                Collectors.summingLong(
                    span -> attribute(span, "modelwarden.file.read.size").asLong())));
  }

  private static String text(JsonNode span, String attribute) {
    return attribute(span, attribute).asText();
  }
}
