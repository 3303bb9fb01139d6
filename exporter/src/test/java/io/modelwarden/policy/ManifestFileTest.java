// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelwarden.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestFileTest {

  private static final String ACCESS = "namespace: a, workload: job/b, executables: [/c]";
  private static final String EGRESS =
      "namespace: a, workload: job/b, scope: public, cidrs: [192.0.2.0/24]";
  private static final String MEMORY =
      "namespace: a, workload: job/b, executables: [/c], targets: [d], methods: [ptrace]";

  @TempDir Path folder;

  @Test
  void rules_areReadWithTheirDefaults() throws IOException {
    Manifest manifest =
        load(
            """
            read:
              - {%s, paths: ["/m/**", /a]}
              - {host: true, workload: systemd_unit/clamd@1.service, executables: [/c], paths: [/m]}
            egress:
              - {%s, ports: [443, 80], bytes-a-day: 2GB}
            memory:
              - {%s, bytes-a-day: 1KiB}
            """
                .formatted(ACCESS, EGRESS, MEMORY));
    Place job = new Place("a", "job", "b");
    assertThat(manifest.read())
        .containsExactly(
            new AccessRule(
                job, List.of("entrypoint"), List.of(), List.of("/c"), List.of("/a", "/m/**")),
            new AccessRule(
                new Place("", "systemd_unit", "clamd@1.service"),
                List.of("host"),
                List.of(),
                List.of("/c"),
                List.of("/m")));
    assertThat(manifest.egress())
        .containsExactly(
            new EgressRule(
                job,
                List.of("entrypoint"),
                List.of(),
                "public",
                List.of("192.0.2.0/24"),
                List.of(80, 443),
                2_000_000_000L));
    assertThat(manifest.memory())
        .containsExactly(
            new MemoryRule(
                job,
                List.of("entrypoint"),
                List.of("/c"),
                List.of("ptrace"),
                List.of("d"),
                true,
                1024));
    assertThat(manifest.summary()).isEqualTo("4 rules: 2 read, 1 egress, 1 memory, 0 reload");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "read:\negress: []\nmemory: # none\n"})
  void whatSaysNothing_allowsNothing(String text) throws IOException {
    assertThat(load(text).summary()).startsWith("0 rules");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "raed: []|:1: raed: unknown field: did you mean read?",
        "- read|:1: the file: is not a map of fields",
        "read: 5|:1: read: is not a list of rules: begin each with '- '",
        "read:\\n  - 5|:2: read: is not a map of fields",
        "read: []\\nread: []|:2: read: is there twice: keep one",
        "read:\\n  - {ACCESS, paths: [/m], path: [/m]}|:2: read.path: unknown field: did you mean paths?",
        "read:\\n  - ACCESS|:2: is not valid YAML: ",
        "read:\\n  - {ACCESS}|:2: read.paths: is missing: a rule needs it",
        "read:\\n  - {ACCESS, paths: []}|:2: read.paths: is empty: write what is allowed, or delete the rule",
        "read:\\n  - {ACCESS, paths: /m}|:2: read.paths: is not a list: write [one] or [one, two]",
        "read:\\n  - {ACCESS, paths: [/m,\\n    /n, /m]}|:3: read.paths: '/m' is there twice: keep one",
        "read:\\n  - {ACCESS, paths: [[/m]]}|:2: read.paths: a single value is needed here, not a list or map",
        "read:\\n  - {ACCESS, paths: [m/**]}|:2: read.paths: 'm/**' is no path of a file: write it from / on, without //, /./, /../ and a / at its end",
        "read:\\n  - {ACCESS, paths: [/m/../etc]}|:2: read.paths: '/m/../etc' is no path of a file",
        "read:\\n  - {ACCESS, paths: [/m//n]}|:2: read.paths: '/m//n' is no path of a file",
        "read:\\n  - {ACCESS, paths: [/m/]}|:2: read.paths: '/m/' is no path of a file",
        "read:\\n  - {ACCESS, paths: [\"/m\\\\x07\"]}|:2: read.paths: '/m\\x07' has a character that cannot be seen: the agent writes it as \\n or \\u202e, write that",
        "read:\\n  - {ACCESS, paths: [\"/m\\\\u202e\"]}|:2: read.paths: '/m\u202e' has a character that cannot be seen",
        "read:\\n  - {ACCESS, paths: [\"/m\\\\u2028\"]}|:2: read.paths: '/m\u2028' has a character that cannot be seen",
        "read:\\n  - {ACCESS, paths: [/m], models: ['']}|:2: read.models: '' is not 1 to 253 characters long",
        "read:\\n  - {ACCESS, paths: [/m], origins: [cron]}|:2: read.origins: 'cron' is not one of entrypoint, exec, ephemeral, host",
        "read:\\n  - {namespace: a, workload: job/b, paths: [/m], executables: [/usr/bin/python*]}|:2: read.executables: '/usr/bin/python*' has a wildcard: write each executable's whole path",
        "read:\\n  - {namespace: a, workload: job/b, paths: [/m], executables: [python]}|:2: read.executables: 'python' is no path of a file",
        "read:\\n  - {workload: job/b, executables: [/c], paths: [/m]}|:2: read.namespace: is missing: write it, or host: true",
        "read:\\n  - {namespace: a, executables: [/c], paths: [/m]}|:2: read.workload: is missing: a rule needs it",
        "read:\\n  - {namespace: 'a\"', workload: job/b}|:2: read.namespace: 'a\"' is no name of a namespace",
        "read:\\n  - {namespace: a, workload: backup}|:2: read.workload: 'backup' is no workload of Kubernetes: write kind/name in lower case, such as cronjob/backup",
        "read:\\n  - {namespace: a, workload: 'job/$x'}|:2: read.workload: 'job/$x' is no workload of Kubernetes",
        "read:\\n  - {host: true, workload: job/b}|:2: read.workload: 'job/b' is no workload of a machine: write systemd_unit/name or executable/name",
        "read:\\n  - {host: yes, workload: job/b}|:2: read.host: 'yes' is not one of true, false",
        "read:\\n  - {host: false, workload: job/b}|:2: read.host: 'false' says nothing: write a namespace instead",
        "read:\\n  - {host: true, ACCESS}|:2: read.namespace: stands beside host: a rule is about one of them",
        "read:\\n  - {host: true, workload: executable/b, origins: [exec], executables: [/c], paths: [/m]}|:2: read.origins: is always host beside host: true: leave it out",
        "read:\\n  - {ACCESS, paths: [/m, /n]}\\n  - {ACCESS, paths: [/n, /m]}|:3: read: is the same rule as in line 2: keep one",
        "reload:\\n  - {ACCESS, paths: [/m]}\\n  - {ACCESS, paths: [/m]}|:3: reload: is the same rule as in line 2: keep one",
        "egress:\\n  - {EGRESS}|:2: egress.bytes-a-day: is missing: a rule needs it",
        "egress:\\n  - {EGRESS, bytes-a-day: lots}|:2: egress.bytes-a-day: 'lots' is not a size such as 1048576, 64MiB or 1GB",
        "egress:\\n  - {EGRESS, bytes-a-day: 0}|:2: egress.bytes-a-day: '0' is not from 1 byte to 100TiB",
        "egress:\\n  - {EGRESS, bytes-a-day: 101TiB}|:2: egress.bytes-a-day: '101TiB' is not from 1 byte to 100TiB",
        "egress:\\n  - {EGRESS, bytes-a-day: 1, ports: [0]}|:2: egress.ports: '0' is no port from 1 to 65535",
        "egress:\\n  - {EGRESS, bytes-a-day: 1, ports: [65536]}|:2: egress.ports: '65536' is no port from 1 to 65535",
        "egress:\\n  - {EGRESS, bytes-a-day: 1}\\n  - {EGRESS, bytes-a-day: 2}|:3: egress: is the same rule as in line 2: keep one",
        "egress:\\n  - {namespace: a, workload: job/b, bytes-a-day: 1, scope: private, cidrs: [10.0.0.0/8]}|:2: egress.scope: 'private' is not one of proxy, outside, public, exec_stdio",
        "egress:\\n  - {namespace: a, workload: job/b, bytes-a-day: 1, scope: public}|:2: egress.cidrs: is missing: a rule needs it",
        "egress:\\n  - {namespace: a, workload: job/b, bytes-a-day: 1, scope: public, cidrs: [192.0.2.1/24]}|:2: egress.cidrs: '192.0.2.1/24' has bits behind its prefix of 24: write the network's first address",
        "egress:\\n  - {namespace: a, workload: job/b, bytes-a-day: 1, scope: public, cidrs: [example.com/24]}|:2: egress.cidrs: 'example.com/24' is not an IPv4 or IPv6 address",
        "egress:\\n  - {namespace: a, workload: job/b, bytes-a-day: 1, scope: public, cidrs: ['2001:db8::/32', '2001:db8:0::/32']}|:2: egress.cidrs: '2001:db8:0::/32' is there twice: keep one",
        "egress:\\n  - {namespace: a, workload: job/b, bytes-a-day: 1, scope: exec_stdio, origins: [exec], ports: [1]}|:2: egress.scope: exec_stdio has no address: leave cidrs and ports of this rule out",
        "egress:\\n  - {namespace: a, workload: job/b, bytes-a-day: 1, scope: exec_stdio}|:2: egress.scope: exec_stdio is of sessions: write origins: [exec]",
        "memory:\\n  - {MEMORY}|:2: memory.bytes-a-day: is missing: a rule needs it",
        "memory:\\n  - {MEMORY, bytes-a-day: 1, same-container: 1}|:2: memory.same-container: '1' is not one of true, false",
        "memory:\\n  - {namespace: a, workload: job/b, executables: [/c], bytes-a-day: 1, methods: [read], targets: [d]}|:2: memory.methods: 'read' is not one of process_vm_readv,",
        "memory:\\n  - {namespace: a, workload: job/b, executables: [/c], bytes-a-day: 1, methods: [ptrace], targets: [sixteen_bytes_xx]}|:2: memory.targets: 'sixteen_bytes_xx' is longer than 15 bytes: the kernel cuts names of processes there, write them so",
        "memory:\\n  - {host: true, workload: executable/b, executables: [/c], bytes-a-day: 1, methods: [ptrace], targets: [d], same-container: true}|:2: memory.same-container: a process of the machine is in no container",
        "read: &a [x]\\nreload: *a|: is not valid YAML: ",
      })
  void whatIsWrong_isRefusedWithLineValueRuleAndRemedy(String text, String message)
      throws IOException {
    Path file =
        write(
            text.replace("\\n", "\n")
                .replace("\\\\", "\\")
                .replace("ACCESS", ACCESS)
                .replace("EGRESS", EGRESS)
                .replace("MEMORY", MEMORY));
    assertThatThrownBy(() -> Manifest.load(file))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(file + message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void longValues_areRefusedInAShortLine() throws IOException {
    String text = "read:\n  - {%s, paths: [/%s]}\n".formatted(ACCESS, "x".repeat(1_000_000));
    Path file = write(text);
    assertThatThrownBy(() -> Manifest.load(file))
        .hasMessage(
            "%s:2: read.paths: '/%s…' is not 1 to 4096 characters long"
                .formatted(file, "x".repeat(79)));
    Path larger = write("#" + "x".repeat(1 << 20));
    assertThatThrownBy(() -> Manifest.load(larger))
        .hasMessage(larger + ": is larger than 1 MiB: split it or shorten it");
    Path key = write("read:\n  - {? " + "k".repeat(100_000) + "\n    : 1}\n");
    assertThatThrownBy(() -> Manifest.load(key))
        .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(400))
        .hasMessageContaining("unknown field");
  }

  @Test
  void missingFiles_areRefused() {
    Path missing = folder.resolve("missing.yaml");
    assertThatThrownBy(() -> Manifest.load(missing))
        .hasMessage(missing + ": cannot be read (NoSuchFileException): check path and permissions");
  }

  private Manifest load(String text) throws IOException {
    return Manifest.load(write(text));
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("policy.yaml"), text);
  }
}
