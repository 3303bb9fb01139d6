// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.ConfigurationException;
import io.modelwarden.config.Settings;
import io.modelwarden.config.SettingsLoader;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.libbpf.LibBpf;
import io.modelwarden.probe.KernelFeatures;
import io.modelwarden.probe.KernelSide;
import io.modelwarden.probe.ProbeStatus;
import io.modelwarden.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the doctor looks at. Probes are really loaded and attached, then taken off again. */
final class Checks {

  private static final int CONNECT_MILLIS = 1000;

  private Checks() {}

  static List<Check> run(@Nullable Path config, Map<String, String> environment) {
    List<Check> checks = new ArrayList<>();
    Settings settings = settings(config, environment, checks);
    checks.add(Check.ok("kernel", System.getProperty("os.version")));
    checks.add(
        KernelFeatures.hasTypes()
            ? Check.ok("kernel types (BTF)", "/sys/kernel/btf/vmlinux")
            : Check.fail(
                "kernel types (BTF)",
                "/sys/kernel/btf/vmlinux is missing",
                "boot a kernel built with CONFIG_DEBUG_INFO_BTF"));
    checks.addAll(Privileges.checks());
    checks.add(cgroups());
    if (settings != null) {
      checks.addAll(probes(settings));
      checks.add(port(settings));
    }
    checks.add(collector(environment));
    Telemetry.remarks(environment)
        .forEach(remark -> checks.add(Check.warn("environment", remark, "")));
    return checks;
  }

  private static @Nullable Settings settings(
      @Nullable Path config, Map<String, String> environment, List<Check> checks) {
    try {
      Settings settings = SettingsLoader.load(config, environment);
      checks.add(Check.ok("configuration", config == null ? "defaults" : config.toString()));
      return settings;
    } catch (ConfigurationException wrong) {
      checks.add(
          new Check(
              "configuration",
              Check.Status.BAD_CONFIGURATION,
              String.valueOf(wrong.getMessage()),
              ""));
      return null;
    }
  }

  private static List<Check> probes(Settings settings) {
    List<Check> checks = new ArrayList<>();
    try {
      LibBpf library = LibBpf.load();
      checks.add(Check.ok("libbpf", "libbpf.so.1"));
      try (KernelSide kernel = KernelSide.start(library, Wiring.probes(settings))) {
        for (ProbeStatus probe : kernel.statuses()) {
          checks.add(check(probe));
        }
      }
    } catch (BpfException refused) {
      checks.add(Check.fail("probes", String.valueOf(refused.getMessage()), ""));
    }
    return checks;
  }

  /** A hook that the kernel has and this version cannot read is no choice of anybody: it fails. */
  static Check check(ProbeStatus probe) {
    String name = "probe " + probe.name();
    if (probe.attached()) {
      return Check.ok(name, probe.hook() + ": " + probe.subject());
    }
    String loss = "not seen: " + probe.subject();
    return probe.unknownForm()
        ? Check.fail(name, loss, probe.problem())
        : Check.warn(name, loss, probe.problem());
  }

  private static Check port(Settings settings) {
    try {
      HttpEndpoint.bind(settings.http().listen()).close();
      return Check.ok("port", settings.http().listen() + " is free");
    } catch (ConfigurationException taken) {
      return Check.warn("port", String.valueOf(taken.getMessage()), "");
    }
  }

  private static Check cgroups() {
    boolean unified = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
    boolean hybrid = Files.exists(Path.of("/sys/fs/cgroup/unified/cgroup.controllers"));
    if (unified || hybrid) {
      return Check.ok("cgroups", unified ? "version 2" : "version 1 with a version 2 tree");
    }
    return Check.warn(
        "cgroups",
        "no version 2 tree: receivers of unconnected datagrams are not seen",
        "mount -t cgroup2 none /sys/fs/cgroup/unified");
  }

  static Check collector(Map<String, String> environment) {
    String set = environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "");
    String endpoint = set.isBlank() ? "http://localhost:4318" : set;
    URI uri;
    try {
      uri = URI.create(endpoint);
    } catch (IllegalArgumentException wrong) {
      return notAnEndpoint(endpoint);
    }
    if (uri.getHost() == null || !List.of("http", "https").contains(uri.getScheme())) {
      return notAnEndpoint(endpoint);
    }
    int port = uri.getPort() > 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(uri.getHost(), port), CONNECT_MILLIS);
      return Check.ok("collector", endpoint + " is reachable");
    } catch (IOException unreachable) {
      return Check.warn(
          "collector",
          endpoint + " is not reachable",
          "start a collector there or set OTEL_EXPORTER_OTLP_ENDPOINT");
    }
  }

  private static Check notAnEndpoint(String text) {
    return Check.warn(
        "collector",
        "OTEL_EXPORTER_OTLP_ENDPOINT=" + text + " is not a URL",
        "write it like http://localhost:4318");
  }
}
