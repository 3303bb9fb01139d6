// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import io.modelwarden.event.FileFacts;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.Capabilities;
import io.modelwarden.libbpf.Clocks;
import io.modelwarden.libbpf.LibBpf;
import io.modelwarden.model.Fingerprint;
import io.modelwarden.probe.CgroupJudge;
import io.modelwarden.probe.Clock;
import io.modelwarden.probe.FileJudge;
import io.modelwarden.probe.KernelFeatures;
import io.modelwarden.probe.KernelLosses;
import io.modelwarden.probe.KernelPoller;
import io.modelwarden.probe.KernelSide;
import io.modelwarden.probe.ProbeSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The real kernel side, attached, with every event that it makes of what happens on the machine.
 */
final class Observed implements AutoCloseable {

  private static final int POLLS = 6;

  /** How long what undecided cgroups do is held back. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  private final KernelSide kernel;
  private final KernelPoller poller;
  private final List<KernelEvent> events = new ArrayList<>();
  private final List<KernelEvent> before;

  Observed() {
    this(Map.of("accesses", 65536), 1 << 20);
  }

  /**
   * @param mapEntries capacity by name of a map
   * @param ringBytes a power of two of pages
   */
  Observed(Map<String, Integer> mapEntries, int ringBytes) {
    this(mapEntries, ringBytes, null, CgroupJudge.ALL, false);
  }

  /** With what the page cache tells of each call. */
  static Observed withRaceWitness() {
    return new Observed(Map.of(), 1 << 20, null, CgroupJudge.ALL, true);
  }

  /** Counts what a judge selects. */
  Observed(CgroupJudge selection) {
    this(Map.of(), 1 << 20, null, selection, false);
  }

  /** The same with other capacities of maps. */
  Observed(CgroupJudge selection, Map<String, Integer> mapEntries) {
    this(mapEntries, 1 << 20, null, selection, false);
  }

  /** Counts whatever lies below a folder, of any size and name. */
  static Observed below(Path folder) {
    return new Observed(Map.of(), 1 << 20, folder, CgroupJudge.ALL, false);
  }

  private Observed(
      Map<String, Integer> mapEntries,
      int ringBytes,
      @Nullable Path modelFolder,
      CgroupJudge selection,
      boolean raceWitness) {
    kernel =
        KernelSide.start(
            LibBpf.load(),
            new ProbeSettings(
                1 << 20,
                64 << 20,
                true,
                modelFolder != null,
                List.of(".safetensors", ".gguf"),
                mapEntries,
                ringBytes,
                KernelFeatures.hasName("bpf_task_from_vpid"),
                raceWitness,
                ProbeSettings.Trail.defaults()));
    if (modelFolder != null) {
      kernel.putModelDirectory(modelFolder.toString());
    }
    poller =
        new KernelPoller(
            kernel, Clock.startingNow(), new ByMagic(), selection, PATIENCE, events::add);
    poller.recover();
    before = List.copyOf(events);
    events.clear();
  }

  /** A process that was found when the programs were attached. */
  Stream<KernelEvent.ProcessSeen> recovered(int pid) {
    return before.stream()
        .filter(KernelEvent.ProcessSeen.class::isInstance)
        .map(KernelEvent.ProcessSeen.class::cast)
        .filter(seen -> seen.process().key().pid() == pid);
  }

  /** Bytes that a process had mapped at the last sample, found at the start or since. */
  long liveMapping(int pid) {
    return Stream.concat(before.stream(), events.stream())
        .filter(KernelEvent.MappingSampled.class::isInstance)
        .map(KernelEvent.MappingSampled.class::cast)
        .filter(sampled -> sampled.process().pid() == pid)
        .reduce((older, newer) -> newer)
        .map(KernelEvent.MappingSampled::liveBytes)
        .orElse(0L);
  }

  /** What user space would say: only files that begin as a safetensors file does are models. */
  private static final class ByMagic implements FileJudge {
    @Override
    public String formatOfName(String path) {
      return path.endsWith(".safetensors") ? "safetensors" : "unknown";
    }

    @Override
    public String fingerprint(long sizeBytes, Content content) {
      int tail = (int) Math.min(sizeBytes, Fingerprint.TAIL_BYTES);
      return Fingerprint.of(
          sizeBytes, content.read(0, Fingerprint.HEAD_BYTES), content.read(sizeBytes - tail, tail));
    }

    @Override
    public Judgement judge(String path, long sizeBytes, Content content) {
      byte[] head = content.read(0, 16);
      boolean model = head.length == 16 && head[8] == '{';
      return new Judgement(
          model ? Verdict.MODEL : Verdict.ORDINARY, model ? "safetensors" : "unknown");
    }
  }

  /** Polls until all that has happened is told, ends of processes included. */
  Observed settle() {
    for (int i = 0; i < POLLS; i++) {
      poller.await(20);
      poller.poll();
    }
    return this;
  }

  /** Looks once at who shares memory with a holder, and polls. */
  void lookAtSharedMemory() {
    poller.lookAtSharedMemory();
    poller.poll();
  }

  /** Channels that the kernel side knows. */
  int channels() {
    poller.sweep(Clocks.bootNanos());
    return poller.knownChannels();
  }

  /** Cgroups on which the kernel side has a verdict, or waits for one. */
  int cgroupVerdicts() {
    return poller.knownCgroups();
  }

  /** The judge has changed its mind. */
  void reselect() {
    poller.reselect();
  }

  /** Looks at all mappings, as the agent does every few seconds. */
  void sample() {
    poller.recover();
  }

  /** Looks at what is touched of mappings by and by, as the agent does. */
  void watchTouched() {
    poller.setTouchedInterval(Duration.ofMillis(1));
  }

  /** Looks once at all that is touched of mappings. */
  Observed lookAtTouched() {
    poller.lookAtTouched();
    return this;
  }

  /** Bytes that a process has touched of mappings, as far as told. */
  long touched(int pid) {
    return of(KernelEvent.MappingTouched.class, touched -> touched.process().pid() == pid)
        .mapToLong(touched -> touched.increment().bytes())
        .sum();
  }

  /** What processes have sent to a port of an address. */
  List<KernelEvent.BytesSent> sentTo(int port) {
    return of(
            KernelEvent.BytesSent.class,
            sent -> sent.flow().port() == port && sent.flow().peer() != null)
        .toList();
  }

  long bytesSentTo(int port) {
    return sentTo(port).stream().mapToLong(sent -> sent.increment().bytes()).sum();
  }

  /** Bytes that a process has moved over channels of a kind. */
  long moved(ProcessKey process, KernelEvent.Direction direction, KernelEvent.Channel kind) {
    return of(
            KernelEvent.DataMoved.class,
            moved ->
                moved.process().equals(process)
                    && moved.direction() == direction
                    && moved.kind() == kind)
        .mapToLong(moved -> moved.increment().bytes())
        .sum();
  }

  /** Ends the mark of a process that was seen; false if it has a model open or mapped. */
  boolean disarm(int pid) {
    return poller.disarm(seen(pid));
  }

  /** Whoever is told of the events has forgotten the process. */
  void forgotten(int pid) {
    poller.forgotten(seen(pid));
  }

  private ProcessKey seen(int pid) {
    return of(KernelEvent.ProcessSeen.class, seen -> seen.process().key().pid() == pid)
        .reduce((older, newer) -> newer)
        .orElseThrow()
        .process()
        .key();
  }

  /** A file that a process had open when the programs were attached, or the selection changed. */
  Stream<KernelEvent.FileFound> found(int pid) {
    return Stream.concat(before.stream(), events.stream())
        .filter(KernelEvent.FileFound.class::isInstance)
        .map(KernelEvent.FileFound.class::cast)
        .filter(found -> found.process().pid() == pid);
  }

  /** Whether that very image is there, which is marked then. */
  boolean recover(ProcessKey process) {
    boolean lives = poller.recover(process);
    poller.poll();
    return lives;
  }

  /** How often exec sessions have taken a model; 0 if none holds one. */
  long sessionTakes() {
    return poller.sessionTakes();
  }

  void declare(int pid) {
    poller.declare(pid);
    poller.poll();
  }

  /** The image that was armed last under this number. */
  Optional<ProcessKey> armed(int pid) {
    return of(KernelEvent.ProcessSeen.class, seen -> seen.process().key().pid() == pid)
        .map(seen -> seen.process().key())
        .reduce((older, newer) -> newer);
  }

  /** How often a process was told of: once for each time it was armed. */
  long timesArmed(int pid) {
    return of(KernelEvent.ProcessSeen.class, seen -> seen.process().key().pid() == pid).count();
  }

  /** Sweeps as if it were some seconds later. */
  void sweepAfter(Duration later) {
    poller.sweep(Clocks.bootNanos() + later.toNanos());
  }

  /** The same on a thread that has given up what the agent gives up after it has attached. */
  Observed settleAsTheAgentDoes() {
    FutureTask<Observed> settling =
        new FutureTask<>(
            () -> {
              Capabilities.keepOnly(Capabilities.BPF, Capabilities.SYS_PTRACE);
              return settle();
            });
    new Thread(settling).start();
    try {
      return settling.get();
    } catch (InterruptedException | ExecutionException failure) {
      throw new AssertionError(failure);
    }
  }

  <T extends KernelEvent> Stream<T> of(Class<T> kind, Predicate<T> which) {
    return events.stream().filter(kind::isInstance).map(kind::cast).filter(which);
  }

  Stream<KernelEvent.FileAccessed> accesses(int pid) {
    return of(KernelEvent.FileAccessed.class, access -> access.process().pid() == pid);
  }

  /** By a path that no other file of the machine has. */
  Stream<KernelEvent.FileAccessed> accesses(Path path) {
    return of(KernelEvent.FileAccessed.class, access -> access.path().equals(path.toString()));
  }

  /** What is known last of a file. */
  FileFacts file(int id) {
    return of(KernelEvent.FileSeen.class, seen -> seen.file().id() == id)
        .reduce((before, after) -> after)
        .orElseThrow()
        .file();
  }

  Stream<KernelEvent.BytesUncounted> uncounted(int pid) {
    return of(KernelEvent.BytesUncounted.class, bytes -> bytes.process().pid() == pid);
  }

  Stream<KernelEvent.BytesSent> sends(int pid) {
    return of(KernelEvent.BytesSent.class, sent -> sent.process().pid() == pid);
  }

  Stream<KernelEvent.FileMapped> mappings(int pid) {
    return of(KernelEvent.FileMapped.class, mapped -> mapped.process().pid() == pid);
  }

  Stream<KernelEvent.MemoryRead> memoryReads(int pid) {
    return of(KernelEvent.MemoryRead.class, read -> read.reader().pid() == pid);
  }

  long lost(String reason) {
    return new KernelLosses(kernel).count(reason);
  }

  long homelessBytes(String field, long cgroup) {
    return new KernelLosses(kernel).homelessBytesByCgroup(field).getOrDefault(cgroup, 0L);
  }

  /** Files that no way led to. */
  long unreachable() {
    return poller.undecidedForEver();
  }

  @Override
  public void close() {
    poller.close();
    kernel.close();
  }
}
