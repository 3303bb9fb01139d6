// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import static io.modelwarden.config.Key.Kind.LIST;
import static io.modelwarden.config.Key.Kind.MAP;
import static io.modelwarden.config.Key.Kind.MODELS;
import static io.modelwarden.config.Key.Kind.RULES;
import static io.modelwarden.config.Key.Kind.TEXT;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Every setting there is, in the order of the reference page. */
final class Keys {

  private static final List<Key<?>> ALL = new ArrayList<>();
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration DAY = Duration.ofDays(1);

  static final Key<List<String>> SUFFIXES =
      key(
          "models.suffixes",
          LIST,
          ".safetensors,.gguf,.ggml,.onnx,.onnx_data,.onnx.data,.pt,.pth,.ckpt,.tflite,.engine,.plan,.pte,.mlmodel",
          "at most 32, each a dot and 1 to 15 of a-z, 0-9, '.', '_', '-'",
          "Regular files of at least models.minimum-size with one of these endings are models. Case"
              + " does not matter in file names.",
          Rules::suffixes);
  static final Key<List<String>> PATHS =
      key(
          "models.paths",
          LIST,
          "",
          "absolute; * and ? within a name, ** over folders",
          "Files under these folders or patterns are models, of any size and content.",
          Rules::paths);
  static final Key<Map<String, String>> NAMES =
      key(
          "models.names",
          MAP,
          "",
          "absolute pattern to name",
          "Names of models by pattern of path; without one the name comes from the layout of the"
              + " folders.",
          Rules::names);
  static final Key<Boolean> DETECT_CONTENT =
      key(
          "models.detect-content",
          TEXT,
          "true",
          "true or false",
          "Look into large files with other endings, and count them until that has been done.",
          Rules::flag);
  static final Key<Long> MINIMUM_SIZE =
      key(
          "models.minimum-size",
          TEXT,
          "1MiB",
          "4KiB to 1TiB",
          "Smaller files are no models, unless under models.paths.",
          Rules.bytes(4 << 10, 1L << 40));
  static final Key<Long> CONTENT_MINIMUM_SIZE =
      key(
          "models.content-minimum-size",
          TEXT,
          "64MiB",
          "1MiB to 1TiB",
          "Files with other endings are looked into from this size on.",
          Rules.bytes(1 << 20, 1L << 40));
  static final Key<Map<String, DeclaredModel>> HOLDS_MODEL =
      key(
          "holds-model",
          MODELS,
          "",
          "absolute pattern of an executable to name of a model, or NAME=SIZE such as llama-70b=140GB",
          "Executables that hold a model without ever reading a file, such as servers that stream"
              + " weights; their processes are marked within ten seconds. The size counts as long as this machine has no file of that model; without"
              + " any the lane read-then-egress goes by bytes alone.",
          Rules::declaredModels);
  static final Key<List<WorkloadRule>> INCLUDE =
      key(
          "workloads.include",
          RULES,
          "",
          "rules of namespaces, pods, containers, host",
          "Only what one of these rules matches is counted; everything where there is none. A rule has"
              + " one or more of namespaces and containers (names), pods (a selector of labels as for"
              + " kubectl get -l) and host (true for processes outside of containers, false for those"
              + " inside), all of which must fit. A change in the file acts in a second.",
          WorkloadRule::parseAll);
  static final Key<List<WorkloadRule>> EXCLUDE =
      key(
          "workloads.exclude",
          RULES,
          "",
          "rules of namespaces, pods, containers, host",
          "What such a rule matches is not counted, unless it touches a file that what is counted"
              + " has had. A change in the file acts in a second.",
          WorkloadRule::parseAll);
  static final Key<List<Cidr>> POD_CIDRS =
      key(
          "network.pod-cidrs",
          LIST,
          "",
          "networks such as 10.244.0.0/16",
          "Addresses of pods: peer scope pod.",
          Rules.each(Cidr::parse));
  static final Key<List<Cidr>> CLUSTER_CIDRS =
      key(
          "network.cluster-cidrs",
          LIST,
          "",
          "networks such as 10.96.0.0/12",
          "Addresses of services: peer scope cluster.",
          Rules.each(Cidr::parse));
  static final Key<List<Cidr>> OUTSIDE_CIDRS =
      key(
          "network.outside-cidrs",
          LIST,
          "",
          "networks",
          "Private addresses that count as leaving: peer scope outside.",
          Rules.each(Cidr::parse));
  static final Key<List<Endpoint>> PROXIES =
      key(
          "network.proxies",
          LIST,
          "",
          "address:port, IPv6 in brackets",
          "Forward proxies: what goes there leaves: peer scope proxy.",
          Rules.each(Endpoint::parsePeer));
  static final Key<String> PEER_ADDRESS =
      key(
          "network.peer-address",
          TEXT,
          "prefix",
          "prefix or full",
          "Whether addresses of accepted peers are cut to /24 and /48 on spans.",
          raw -> Rules.oneOf(raw, List.of("prefix", "full")));
  static final Key<Duration> QUIET_PERIOD =
      key(
          "session.quiet-period",
          TEXT,
          "10s",
          "1s to 5m",
          "An access session ends after this time without access.",
          Rules.duration(SECOND, Duration.ofMinutes(5)));
  static final Key<Duration> SLICE =
      key(
          "session.slice",
          TEXT,
          "60s",
          "1s to 60s",
          "A span covers at most this time, so that evidence leaves the node during a theft.",
          Rules.duration(SECOND, Duration.ofSeconds(60)));
  static final Key<Duration> MAXIMUM =
      key(
          "session.maximum",
          TEXT,
          "5m",
          "10s to 1h",
          "A trace covers at most this time.",
          Rules.duration(Duration.ofSeconds(10), Duration.ofHours(1)));
  static final Key<Duration> WINDOW =
      key(
          "totals.window",
          TEXT,
          "24h",
          "1h to 24h",
          "Running totals on spans cover this time, in steps of an hour.",
          Rules.duration(Duration.ofHours(1), DAY));
  static final Key<String> PHASE_END =
      key(
          "phase.end",
          TEXT,
          "quiet",
          "quiet or ready",
          "A container, or systemd unit, is loading until it has read or mapped models and then none"
              + " for phase.grace-period, or until Kubernetes calls it ready for so long.",
          raw -> Rules.oneOf(raw, List.of("quiet", "ready")));
  static final Key<Duration> GRACE_PERIOD =
      key(
          "phase.grace-period",
          TEXT,
          "60s",
          "1s to 1h",
          "What is older than this when the agent starts is not loading either.",
          Rules.duration(SECOND, Duration.ofHours(1)));
  static final Key<Duration> PHASE_MAXIMUM =
      key(
          "phase.maximum",
          TEXT,
          "30m",
          "1m to 24h",
          "A container that is older is not loading, whatever it does.",
          Rules.duration(Duration.ofMinutes(1), DAY));
  static final Key<Duration> AFTER_EXEC =
      key(
          "marks.after-exec",
          TEXT,
          "1h",
          "1m to 24h",
          "How long a process counts as holding a model after an exec has dropped the memory.",
          Rules.duration(Duration.ofMinutes(1), DAY));
  static final Key<Duration> INHERITED =
      key(
          "marks.inherited",
          TEXT,
          "24h",
          "1m to 30d",
          "How long a process that only inherited the mark keeps it after the last read of its"
              + " tree.",
          Rules.duration(Duration.ofMinutes(1), Duration.ofDays(30)));
  static final Key<Integer> TRAIL_HOPS =
      key(
          "trail.hops",
          TEXT,
          "8",
          "1 to 64",
          "Over how many pipes, sockets and files, one after the other, model data are followed.",
          Rules.count(1, 64));
  static final Key<Duration> TRAIL_LIFETIME =
      key(
          "trail.lifetime",
          TEXT,
          "24h",
          "1m to 30d",
          "How long a process that got model data over a pipe, socket or file keeps its mark after"
              + " the last of them, and a file that was written who reads it.",
          Rules.duration(Duration.ofMinutes(1), Duration.ofDays(30)));
  static final Key<Integer> TRAIL_CHANNELS =
      key(
          "trail.channels",
          TEXT,
          "4096",
          "256 to 1048576",
          "Pipes, sockets and files that are known at once, those into which a holder could write"
              + " included. Files have half of the room at most, and so have pipes and sockets over"
              + " which something went.",
          Rules.count(256, 1 << 20));
  static final Key<Double> TRAIL_SERVER_SHARE =
      key(
          "trail.server-share",
          TEXT,
          "5%",
          "0.1% to 100%",
          "What part of its model's size a server, which is what a container or systemd unit was"
              + " started with, must hand to one process within trail.server-window before that"
              + " holds the model too. Others pass their mark on with the first byte, by files with"
              + " 1 MiB.",
          Rules.percent(0.1, 100));
  static final Key<Duration> TRAIL_SERVER_WINDOW =
      key(
          "trail.server-window",
          TEXT,
          "10m",
          "1m to 24h",
          "See trail.server-share.",
          Rules.duration(Duration.ofMinutes(1), DAY));
  static final Key<Boolean> TRAIL_SERVER_ACCEPTED =
      key(
          "trail.server-accepted",
          TEXT,
          "false",
          "true or false",
          "Whether what a server sends on connections that it accepted counts for"
              + " trail.server-share too. Proxies in front of it would hold its model some day.",
          Rules::flag);
  static final Key<String> KUBECONFIG =
      key(
          "kubernetes.kubeconfig",
          TEXT,
          "",
          "path of a file, or empty",
          "How the API server is reached; empty for the service account of the agent's pod, or no"
              + " cluster.",
          Rules::readableFile);
  static final Key<String> CLUSTER_NAME =
      key(
          "kubernetes.cluster-name",
          TEXT,
          "",
          "up to 200 characters on one line",
          "k8s.cluster.name of all that this agent sends.",
          Rules::line);
  static final Key<Duration> NAMES_WAIT =
      key(
          "kubernetes.names-wait",
          TEXT,
          "5s",
          "0s to 60s",
          "How long telemetry of a new container waits for its names from the API server; then it"
              + " goes without.",
          Rules.duration(Duration.ZERO, Duration.ofSeconds(60)));
  static final Key<List<String>> POD_LABELS =
      key(
          "kubernetes.labels",
          LIST,
          "",
          "keys of labels",
          "Labels of pods that become resource attributes k8s.pod.label.KEY.",
          Rules.each(Rules::labelKey));
  static final Key<List<String>> POD_ANNOTATIONS =
      key(
          "kubernetes.annotations",
          LIST,
          "",
          "keys of annotations",
          "Annotations of pods that become resource attributes k8s.pod.annotation.KEY.",
          Rules.each(Rules::labelKey));
  static final Key<Integer> SERIES_LIMIT =
      key(
          "metrics.series-limit",
          TEXT,
          "2000",
          "10 to 100000",
          "Series of each metric; beyond it one series with otel.metric.overflow takes the rest.",
          Rules.count(10, 100_000));
  static final Key<Boolean> FILE_PATHS =
      key(
          "metrics.file-paths",
          TEXT,
          "true",
          "true or false",
          "Whether metrics tell files apart by file.path. Without, the counters of a model's files"
              + " are summed and modelwarden.file.size is left out; spans keep the path.",
          Rules::flag);
  static final Key<Endpoint> LISTEN =
      key(
          "http.listen",
          TEXT,
          "127.0.0.1:9464",
          "address:port; port 0 takes a free one",
          "Where /metrics, /healthz and /readyz are served.",
          raw -> Endpoint.parse(raw.text()));
  static final Key<Boolean> FILE_METRICS =
      key(
          "http.file-metrics",
          TEXT,
          "false",
          "true or false",
          "Serve the file counters on /metrics too. A scrape loses their birth at zero: pushing is"
              + " better, and both together count twice.",
          Rules::flag);
  static final Key<Optional<Path>> TOP_SOCKET =
      key(
          "top.socket",
          TEXT,
          "/run/modelwarden/agent.sock",
          "an absolute path of at most 100 bytes, or empty for none",
          "Where `modelwarden top` asks, in a folder of mode 0700 that is made if there is none:"
              + " only the agent's user can.",
          Rules::socket);
  static final Key<Optional<Path>> STATE_FILE =
      key(
          "state.file",
          TEXT,
          "/var/lib/modelwarden/state",
          "an absolute path, or empty for none",
          "Where the agent leaves to the next one which processes hold a model, in a folder that"
              + " only its user can write; made with mode 0700 if there is none. It is worth nothing"
              + " after a reboot.",
          Rules::file);
  static final Key<Integer> COUNTER_ENTRIES =
      key(
          "kernel.counter-entries",
          TEXT,
          "16384",
          "1024 to 4194304",
          "Entries of the kernel's counter map, one for each process image, file and method.",
          Rules.count(1024, 1 << 22));
  static final Key<Integer> RING_SIZE =
      key(
          "kernel.ring-size",
          TEXT,
          "512KiB",
          "a power of two from 64KiB to 64MiB",
          "Ring of doorbells. It counts twice in the memory of the agent.",
          Rules::ringBytes);
  static final Key<Duration> POLL_INTERVAL =
      key(
          "kernel.poll-interval",
          TEXT,
          "500ms",
          "50ms to 5s",
          "How often the kernel's counters are read while a session is open; else every two seconds.",
          Rules.duration(Duration.ofMillis(50), Duration.ofSeconds(5)));
  static final Key<Boolean> RACE_WITNESS =
      key(
          "kernel.race-witness",
          TEXT,
          "false",
          "true or false",
          "Ask the page cache which file each call has read, so that a descriptor that another thread"
              + " closes or replaces during the read hides nothing (docs/blind-spots.md). Needs Linux 6.12; what"
              + " it adds to a read is in docs/performance.md.",
          Rules::flag);

  static final Key<Duration> TOUCHED_INTERVAL =
      key(
          "kernel.touched-interval",
          TEXT,
          "2s",
          "0s to 10m; 0s is never",
          "How often mapped models are looked at for bytes that were touched, the lower bound of what"
              + " was read through a mapping (modelwarden.io.method fault). Less often where that"
              + " would take more than a quarter of a percent of one processor.",
          Rules.duration(Duration.ZERO, Duration.ofMinutes(10)));

  private Keys() {}

  static List<Key<?>> all() {
    return List.copyOf(ALL);
  }

  private static <T> Key<T> key(
      String name,
      Key.Kind kind,
      String defaultText,
      String rule,
      String meaning,
      Function<Raw, T> parse) {
    Key<T> key = new Key<>(name, kind, defaultText, rule, meaning, parse);
    ALL.add(key);
    return key;
  }
}
