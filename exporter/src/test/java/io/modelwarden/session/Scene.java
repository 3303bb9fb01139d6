// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Coverage;
import io.modelwarden.event.FileFacts;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.Flow;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.Channel;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.workload.CgroupWorkloads;
import io.modelwarden.workload.Readiness;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A machine whose events are made by hand: who does what, second by second. */
final class Scene {

  static final long MIB = 1 << 20;
  static final long GIB = 1 << 30;
  static final long START_NANOS = 1_800_000_000_000_000_000L;
  static final String SHARD = "/models/llama/model-0000%d-of-00004.safetensors";
  static final InetAddress PUBLIC = Cidr.parseAddress("203.0.113.7");

  final RecordingSink sink = new RecordingSink();
  final List<ProcessKey> marksEnded = new ArrayList<>();

  /** Processes that have a model open without reading it: the kernel keeps their mark. */
  final Set<ProcessKey> holdsOpen = new HashSet<>();

  /** Processes that the tracker no longer knew, until the kernel side told of them again. */
  final Set<ProcessKey> forgotten = new HashSet<>();

  final Map<String, Declaration> declared = new HashMap<>();
  final AccessTracker tracker;
  long now;

  /** What the API says of all containers. */
  Readiness readiness = Readiness.UNKNOWN;

  private int files;
  private long cgroupId = 7;
  private long started;
  private String cgroup = "/system.slice/server.service";
  private Entrance entrance = Entrance.UNKNOWN;
  private int execSession;

  Scene() {
    this(SessionSettings.defaults());
  }

  Scene(SessionSettings settings) {
    this(settings, START_NANOS);
  }

  /** An agent that starts then. */
  Scene(long startNanos) {
    this(SessionSettings.defaults(), startNanos);
  }

  private Scene(SessionSettings settings, long startNanos) {
    now = startNanos;
    started = startNanos;
    tracker =
        new AccessTracker(
            settings,
            Scene::directory,
            new CgroupWorkloads(),
            path -> readiness,
            new PeerScopes(PeerNetworks.none()),
            process -> Optional.ofNullable(declared.get(process.executableName())),
            sink,
            source());
    tracker.tick(now);
  }

  private EventSource source() {
    return new EventSource() {
      @Override
      public boolean disarm(ProcessKey process) {
        return !holdsOpen.contains(process) && marksEnded.add(process);
      }

      @Override
      public void forgotten(ProcessKey process) {
        forgotten.add(process);
      }
    };
  }

  /** The directory names the model. */
  private static String directory(String path, String workload) {
    String[] parts = path.split("/");
    return parts[parts.length - 2];
  }

  static SessionSettings limited(SessionSettings.Limits limits) {
    return settings(PhaseSettings.defaults(), limits);
  }

  static SessionSettings settings(PhaseSettings phase, SessionSettings.Limits limits) {
    return settings(phase, limits, true);
  }

  /** Measurements do not tell files apart. */
  static SessionSettings withoutFilePaths() {
    return settings(PhaseSettings.defaults(), SessionSettings.Limits.defaults(), false);
  }

  private static SessionSettings settings(
      PhaseSettings phase, SessionSettings.Limits limits, boolean filePaths) {
    SessionSettings all = SessionSettings.defaults();
    return new SessionSettings(
        all.quietPeriod(),
        all.slice(),
        all.maximum(),
        all.totalsWindow(),
        phase,
        all.verdictGrace(),
        all.marksAfterExec(),
        all.marksInherited(),
        all.trail(),
        all.fullPeerAddresses(),
        filePaths,
        limits);
  }

  static ProcessKey key(int pid) {
    return new ProcessKey(pid, 0, pid);
  }

  /** Where processes are that are seen from now on, and how they came there. */
  void at(String cgroup, Entrance entrance) {
    this.cgroup = cgroup;
    this.entrance = entrance;
    cgroupId++;
    started = now;
  }

  /** The container, or unit, of processes that are seen from now on is so old. */
  void isOld(Duration age) {
    started = now - age.toNanos();
  }

  /** An exec session in which processes are that are seen from now on. */
  void inExecSession(int number) {
    entrance = Entrance.EXEC;
    execSession = number;
  }

  /** A process that opened a model, of the unit server.service. */
  ProcessKey starts(int pid, String executable) {
    holdsOpen.add(key(pid));
    return seen(key(pid), null, executable, Origin.SELF);
  }

  ProcessKey forks(ProcessKey parent, int pid, String executable) {
    return seen(key(pid), parent, executable, Origin.PARENT);
  }

  ProcessKey executes(ProcessKey before, String executable) {
    ProcessKey after = new ProcessKey(before.pid(), before.execId() + 1, before.startTimeNanos());
    seen(after, before, executable, Origin.EXECUTED);
    ends(before, true);
    return after;
  }

  void prepares(ProcessKey process, String kind, String device, long bytes) {
    tracker.accept(
        new KernelEvent.BlindSpotPrepared(
            facts(process, null, "losetup", Origin.SELF), kind, device, increment(bytes)));
  }

  ProcessKey seen(ProcessKey key, @Nullable ProcessKey parent, String executable, Origin origin) {
    tracker.accept(new KernelEvent.ProcessSeen(facts(key, parent, executable, origin)));
    return key;
  }

  private ProcessFacts facts(
      ProcessKey key, @Nullable ProcessKey parent, String executable, Origin origin) {
    return new ProcessFacts(
        key,
        parent,
        1,
        1000,
        executable,
        "/usr/bin/" + executable,
        cgroupId,
        cgroup,
        1,
        1,
        origin,
        entrance,
        execSession,
        now,
        started);
  }

  void ends(ProcessKey process) {
    ends(process, false);
  }

  private void ends(ProcessKey process, boolean replaced) {
    tracker.accept(new KernelEvent.ProcessEnded(process, replaced, now));
  }

  int model(long bytes) {
    return file(bytes, Verdict.MODEL);
  }

  int file(long bytes, Verdict verdict) {
    files++;
    decides(files, bytes, verdict);
    return files;
  }

  void decides(int id, long bytes, Verdict verdict) {
    String format = verdict == Verdict.MODEL ? "safetensors" : "unknown";
    tracker.accept(
        new KernelEvent.FileSeen(new FileFacts(id, 1, id, id, bytes, verdict, format, "", "")));
  }

  /** A model with this content. */
  int model(long bytes, String fingerprint) {
    int id = model(bytes);
    fingerprints(id, bytes, fingerprint);
    return id;
  }

  void fingerprints(int id, long bytes, String fingerprint) {
    tracker.accept(
        new KernelEvent.FileSeen(
            new FileFacts(id, 1, id, id, bytes, Verdict.MODEL, "safetensors", "", fingerprint)));
  }

  void reads(ProcessKey process, int file, long bytes) {
    reads(process, file, increment(bytes));
  }

  /** What is told only now. */
  void reads(ProcessKey process, int file, Increment increment) {
    accesses(process, file, String.format(SHARD, file), Direction.READ, increment);
  }

  void writes(ProcessKey process, int file, long bytes) {
    accesses(process, file, String.format(SHARD, file), Direction.WRITE, increment(bytes));
  }

  void accesses(ProcessKey process, int file, String path, Direction direction, long bytes) {
    accesses(process, file, path, direction, increment(bytes));
  }

  private void accesses(
      ProcessKey process, int file, String path, Direction direction, Increment increment) {
    String method = direction == Direction.READ ? "read" : "write";
    tracker.accept(
        new KernelEvent.FileAccessed(
            process,
            file,
            path,
            direction,
            method,
            increment,
            Coverage.unplaced(increment.bytes())));
  }

  void maps(ProcessKey process, int file, long bytes) {
    tracker.accept(
        new KernelEvent.FileMapped(
            process, file, String.format(SHARD, file), increment(bytes), Coverage.unplaced(bytes)));
  }

  void touches(ProcessKey process, int file, long bytes) {
    tracker.accept(
        new KernelEvent.MappingTouched(
            process, file, String.format(SHARD, file), increment(bytes)));
  }

  /** It was open when the agent started. */
  void finds(ProcessKey process, int file) {
    tracker.accept(new KernelEvent.FileFound(process, file, String.format(SHARD, file), now));
  }

  void samples(ProcessKey process, int file, long liveBytes) {
    tracker.accept(
        new KernelEvent.MappingSampled(process, file, String.format(SHARD, file), liveBytes, now));
  }

  /** Writes to a channel that is numbered by hand; negative as one of ports is. */
  void writes(ProcessKey process, Channel kind, long channel, long bytes) {
    moves(process, kind, channel, Direction.WRITE, false, bytes);
  }

  void answers(ProcessKey process, long channel, long bytes) {
    moves(process, Channel.SOCKET, channel, Direction.WRITE, true, bytes);
  }

  void receives(ProcessKey process, Channel kind, long channel, long bytes) {
    moves(process, kind, channel, Direction.READ, false, bytes);
  }

  private void moves(
      ProcessKey process,
      Channel kind,
      long channel,
      Direction direction,
      boolean accepted,
      long bytes) {
    tracker.accept(
        new KernelEvent.DataMoved(process, channel, kind, direction, accepted, increment(bytes)));
  }

  void sends(ProcessKey process, long bytes) {
    sends(process, flow(PUBLIC, Flow.Role.INITIATED), bytes);
  }

  void sends(ProcessKey process, Flow flow, long bytes) {
    tracker.accept(new KernelEvent.BytesSent(process, flow, increment(bytes)));
  }

  static Flow flow(InetAddress peer, Flow.Role role) {
    return new Flow(peer, role == Flow.Role.ACCEPTED ? 0 : 443, Flow.Transport.TCP, role, "");
  }

  void scrapes(ProcessKey reader, ProcessKey victim, String method, long bytes) {
    tracker.accept(new KernelEvent.MemoryRead(reader, victim, method, increment(bytes)));
  }

  Increment increment(long bytes) {
    return new Increment(bytes, 1, now, now);
  }

  /** Polls every second until then. */
  void passes(Duration duration) {
    for (long second = 0; second < duration.toSeconds(); second++) {
      passesSecond();
    }
  }

  void passesSecond() {
    now += 1_000_000_000L;
    tracker.tick(now);
  }
}
