// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelwarden.policy.CollectorPolicy;
import io.modelwarden.policy.Manifest;
import io.modelwarden.system.PolicyTrial.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a manifest allows, and nothing beside it, is taken out by the real collector, of spans and
 * of log events alike. All rules are rendered into one file, so that a name that breaks out of its
 * condition would be seen at the others.
 */
@Tag("system")
class PolicyOnCollectorTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;
  private static PolicyTrial trial;

  @BeforeAll
  static void start() throws IOException {
    StringBuilder manifest = new StringBuilder("read:\n");
    for (int i = 0; i < HostileNames.ALL.size(); i++) {
      String text = HostileNames.ALL.get(i);
      manifest.append(
          "  - {namespace: hostile, workload: job/w%d, executables: [%s], models: [%s], paths: [%s, %s]}\n"
              .formatted(
                  i,
                  yaml("/bin/" + text),
                  yaml(text),
                  yaml("/m/" + text + "/**"),
                  yaml("/other/" + text)));
      manifest.append(
          "  - {host: true, workload: %s, executables: [%s, /bin/second], paths: [%s]}\n"
              .formatted(yaml("executable/" + text), yaml("/bin/" + text), yaml("/h/" + text)));
    }
    manifest.append(
        """
          - {namespace: globs, workload: job/g, executables: [/bin/g], paths: ["/a/*.gguf", "/b/**/c", "/d/?"]}
        egress:
          - {namespace: net, workload: job/e, scope: public, cidrs: [198.51.100.0/24, "2001:db8::/32"], ports: [443, 8443], bytes-a-day: 100}
          - {namespace: net, workload: job/e, scope: public, cidrs: [203.0.113.0/24], executables: [/bin/e], bytes-a-day: 50}
          - {namespace: net, workload: job/e, scope: exec_stdio, origins: [exec, ephemeral], bytes-a-day: 10}
        memory:
          - {namespace: mem, workload: deployment/m, origins: [exec], executables: [/bin/spy], methods: [ptrace, proc_mem], targets: [python3], bytes-a-day: 64}
          - {host: true, workload: systemd_unit/s, executables: [/bin/spy], methods: [ptrace], targets: [python3], bytes-a-day: 64}
        reload:
          - {namespace: re, workload: deployment/r, executables: [/bin/server], paths: ["/adapters/**"]}
        """);
    Path file = Files.writeString(folder.resolve("manifest.yaml"), manifest);
    Path rendered =
        Files.writeString(
            folder.resolve("rendered.yaml"), CollectorPolicy.render(Manifest.load(file)));
    trial =
        new PolicyTrial(
            folder,
            List.of(
                "unauthorised_reader_policy",
                "host_reader_policy",
                "read_then_egress_policy",
                "memory_read_policy",
                "read_after_load_policy"),
            List.of(rendered.toString()));
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Test
  void hostileNames_allowThemselvesAndNothingElse() throws IOException {
    List<Event> allowed = new ArrayList<>();
    List<Event> foreign = new ArrayList<>();
    for (int i = 0; i < HostileNames.ALL.size(); i++) {
      String text = HostileNames.ALL.get(i);
      Event read =
          new Event(
              "pod" + i,
              resource("hostile", "job", "w" + i),
              Map.of(
                  "modelwarden.process.origin",
                  "entrypoint",
                  "process.executable.path",
                  "/bin/" + text,
                  "modelwarden.model.name",
                  text,
                  "file.path",
                  "/m/" + text + "/x/y.gguf"));
      allowed.add(read);
      allowed.add(read.with("other" + i, "file.path", "/other/" + text));
      foreign.addAll(changed(read));
      foreign.add(read.with("beyond" + i, "file.path", "/other/" + text + "/x"));
      foreign.add(read.with("before" + i, "file.path", "/x/other/" + text));
      foreign.add(read.with("upper" + i, "file.path", "/OTHER/" + text));
      Event host =
          new Event(
              "host" + i,
              Map.of("modelwarden.workload.kind", "executable", "modelwarden.workload.name", text),
              Map.of(
                  "modelwarden.process.origin", "host",
                  "process.executable.path", "/bin/" + text,
                  "file.path", "/h/" + text));
      allowed.add(host);
      allowed.add(host.with("second" + i, "process.executable.path", "/bin/second"));
      foreign.addAll(changed(host));
    }
    assertOnly("unauthorised_reader_policy", allowed, foreign);
  }

  @Test
  void patterns_matchWholePathsAndStayWithinTheirFolders() throws IOException {
    Event read = read("globs", "job", "g", "/bin/g", "");
    List<Event> allowed = new ArrayList<>();
    List<Event> foreign = new ArrayList<>();
    for (String path :
        List.of("/a/x.gguf", "/a/.gguf", "/b/x/c", "/b/x/y/c", "/d/é", "/a/\n.gguf")) {
      allowed.add(read.with("glob " + path, "file.path", path));
    }
    for (String path :
        List.of(
            "/a/b/x.gguf",
            "/a/xgguf",
            "/a/x.gguf2",
            "x/a/x.gguf",
            "/b/c",
            "/b/x\ny/c",
            "/d/",
            "/d/xy",
            "/d//",
            "/a/x.gguf\n",
            "")) {
      foreign.add(read.with("glob " + path, "file.path", path));
    }
    foreign.add(read.without("glob without", "file.path"));
    foreign.add(read.with("glob number", "file.path", 5L));
    assertOnly("unauthorised_reader_policy", allowed, foreign);
  }

  @Test
  void processesOfTheMachine_areInNoContainer() throws IOException {
    Event host =
        new Event(
            "machine",
            Map.of("modelwarden.workload.kind", "executable", "modelwarden.workload.name", "~"),
            Map.of(
                "modelwarden.process.origin", "host",
                "process.executable.path", "/bin/~",
                "file.path", "/h/~"));
    List<Event> foreign =
        List.of(
            host.of("in a pod", "k8s.pod.uid", "x"),
            host.of("in a namespace", "k8s.namespace.name", "hostile"),
            host.with("in a container", "container.id", "x"),
            host.with("entrypoint", "modelwarden.process.origin", "entrypoint"));
    assertOnly("host_reader_policy", List.of(host), foreign);
    // What is of another origin is no business of that lane, whatever the policy says of it.
    Event read = read("globs", "job", "g", "/bin/g", "/a/x.gguf");
    assertOnly("host_reader_policy", List.of(), List.of(read));
  }

  @Test
  void egress_isAllowedToItsPlacesUpToTheBudgetOfAll() throws IOException {
    Event sent =
        new Event(
            "sent",
            resource("net", "job", "e"),
            Map.of(
                "modelwarden.process.origin", "entrypoint",
                "process.executable.path", "/bin/other",
                "modelwarden.network.peer.scope", "public",
                "network.peer.address", "198.51.100.7",
                "network.peer.port", 443L,
                "modelwarden.transmit.total", 150L));
    Event second =
        sent.with("second network", "network.peer.address", "203.0.113.9")
            .with("second network", "process.executable.path", "/bin/e")
            .without("second network", "network.peer.port");
    Event piped =
        new Event(
            "piped",
            resource("net", "job", "e"),
            Map.of(
                "modelwarden.process.origin", "exec",
                "modelwarden.network.peer.scope", "exec_stdio",
                "modelwarden.transmit.total", 10L));
    List<Event> allowed =
        List.of(
            sent,
            second,
            piped,
            sent.with("port", "network.peer.port", 8443L),
            sent.with("v6", "network.peer.address", "2001:db8::1"),
            sent.with("v4 as v6", "network.peer.address", "::ffff:198.51.100.7"),
            sent.with("double", "modelwarden.transmit.total", 150.0));
    List<Event> foreign = new ArrayList<>();
    foreign.addAll(
        List.of(
            sent.with("over", "modelwarden.transmit.total", 151L),
            sent.with("text", "modelwarden.transmit.total", "1"),
            sent.without("no total", "modelwarden.transmit.total"),
            sent.without("no address", "network.peer.address"),
            sent.without("no port", "network.peer.port"),
            sent.with("other port", "network.peer.port", 80L),
            sent.with("port as text", "network.peer.port", "443"),
            sent.with("other address", "network.peer.address", "198.51.101.7"),
            sent.with("zone", "network.peer.address", "2001:db8::1%eth0"),
            sent.with("socket", "network.peer.address", "/run/x.sock"),
            sent.with("empty", "network.peer.address", ""),
            sent.with("scope", "modelwarden.network.peer.scope", "outside"),
            sent.with("exec", "modelwarden.process.origin", "exec"),
            sent.of("namespace", "k8s.namespace.name", "other"),
            second.with("other program", "process.executable.path", "/bin/other"),
            piped.with("piped over", "modelwarden.transmit.total", 11L),
            piped.with("piped by the server", "modelwarden.process.origin", "entrypoint")));
    assertOnly("read_then_egress_policy", allowed, foreign);
  }

  @Test
  void memory_isAllowedOfItsTargetsUpToTheBudget() throws IOException {
    Event taken =
        new Event(
            "taken",
            resource("mem", "deployment", "m"),
            Map.of(
                "modelwarden.process.origin", "exec",
                "process.executable.path", "/bin/spy",
                "modelwarden.memory.read.method", "ptrace",
                "modelwarden.memory.target.executable.name", "python3",
                "modelwarden.memory.target.same_container", true,
                "modelwarden.memory.read.total", 64L));
    Event host =
        new Event(
            "taken from the machine",
            Map.of("modelwarden.workload.kind", "systemd_unit", "modelwarden.workload.name", "s"),
            Map.of(
                "modelwarden.process.origin", "host",
                "process.executable.path", "/bin/spy",
                "modelwarden.memory.read.method", "ptrace",
                "modelwarden.memory.target.executable.name", "python3",
                "modelwarden.memory.target.same_container", false,
                "modelwarden.memory.read.total", 64L));
    List<Event> foreign = changed(taken);
    foreign.add(taken.with("memory over", "modelwarden.memory.read.total", 65L));
    foreign.add(taken.with("others", "modelwarden.memory.target.same_container", false));
    foreign.add(taken.with("as text", "modelwarden.memory.target.same_container", "true"));
    foreign.add(host.with("host over", "modelwarden.memory.read.total", 65L));
    assertOnly(
        "memory_read_policy",
        List.of(taken, host, taken.with("other way", "modelwarden.memory.read.method", "proc_mem")),
        foreign);
  }

  @Test
  void reload_isAllowedOfItsFiles() throws IOException {
    Event read = read("re", "deployment", "r", "/bin/server", "/adapters/a/b");
    assertOnly("read_after_load_policy", List.of(read), changed(read));
  }

  /** The same with each thing missing, and with each thing another. */
  private static List<Event> changed(Event event) {
    List<Event> all = new ArrayList<>();
    for (Map.Entry<String, Object> attribute : event.attributes().entrySet()) {
      String name = event.id() + " " + attribute.getKey();
      all.add(event.without(name + " missing", attribute.getKey()));
      all.add(event.with(name + " other", attribute.getKey(), "x" + attribute.getValue()));
    }
    for (Map.Entry<String, Object> attribute : event.resource().entrySet()) {
      String name = event.id() + " " + attribute.getKey();
      all.add(event.of(name + " other", attribute.getKey(), "x" + attribute.getValue()));
    }
    return all;
  }

  private static void assertOnly(String processor, List<Event> allowed, List<Event> foreign)
      throws IOException {
    Set<String> expected = new TreeSet<>();
    foreign.forEach(event -> assertThat(expected.add(event.id())).as(event.id()).isTrue());
    List<Event> all = new ArrayList<>(allowed);
    all.addAll(foreign);
    Set<String> before = trial.passed(processor);
    trial.send(all);
    Set<String> passed = trial.passed(processor);
    passed.removeAll(before);
    assertThat(passed).isEqualTo(expected);
  }

  private static Event read(String namespace, String kind, String name, String path, String file) {
    return new Event(
        "read by " + name,
        resource(namespace, kind, name),
        Map.of(
            "modelwarden.process.origin", "entrypoint",
            "process.executable.path", path,
            "file.path", file));
  }

  private static Map<String, Object> resource(String namespace, String kind, String name) {
    return Map.of(
        "k8s.namespace.name", namespace,
        "modelwarden.workload.kind", kind,
        "modelwarden.workload.name", name);
  }

  private static String yaml(String text) throws IOException {
    return JSON.writeValueAsString(text);
  }
}
