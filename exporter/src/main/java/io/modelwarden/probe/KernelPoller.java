// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.EventSink;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.Clocks;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Turns the kernel side's maps into events. One thread calls it. The ring only shortens the wait:
 * each poll reads the maps, so that what a full ring dropped is found all the same.
 */
public final class KernelPoller implements AutoCloseable {

  private static final long SWEEP_NANOS = 60_000_000_000L;
  private static final long CROWDED_NANOS = 5_000_000_000L;
  private static final long SAMPLE_NANOS = 10_000_000_000L;
  private static final long FINGERPRINTS_NANOS = 100_000_000L;

  /** More new processes than that are told of and, if they have ended, forgotten in turns. */
  private static final int AT_ONCE = 1024;

  private final Clock clock;
  private final EventSink sink;
  private final FileJudge judge;
  private final Doorbells doorbells;
  private final TextTable texts;
  private final ProcessTable processes;
  private final FileTable files;
  private final FileInspector inspector;
  private final Counters counters;
  private final MappingSampler mappings;
  private final TouchSampler touches;
  private final SharedMemory sharedMemory;
  private final AddressSpaces spaces = new AddressSpaces();
  private final OpenFiles openFiles;
  private final Disarming disarming;
  private final Declarations declarations;
  private final SessionMarks sessionMarks;
  private final ByteBuffer pollsEnded;
  private final Channels channels;
  private final CgroupTable cgroups;
  private final FileHolders holders;
  private final SelectedEvents selected;
  private final BlindSpots blindSpots;
  private final Set<ProcessKey> recovered = new HashSet<>();
  private long sweptNanos;
  private long sampledNanos;
  private long touchedNanos;
  private long touchedIntervalNanos;

  /**
   * @param patience how long what undecided cgroups do is held back
   */
  public KernelPoller(
      KernelSide kernel,
      Clock clock,
      FileJudge judge,
      CgroupJudge cgroupJudge,
      Duration patience,
      EventSink sink) {
    Layouts layouts = kernel.layouts();
    this.clock = clock;
    this.sink = sink;
    this.judge = judge;
    this.texts = new TextTable(kernel.map("texts"), layouts);
    this.processes = new ProcessTable(kernel.map("processes"), layouts, texts, clock, sink::accept);
    this.files = new FileTable(kernel.map("files"), layouts);
    this.inspector = new FileInspector(kernel, judge);
    this.doorbells = new Doorbells(kernel, inspector);
    Names names = new Names(processes, files, texts, this::processAppeared, this::pollFiles);
    this.cgroups = new CgroupTable(kernel, texts, cgroupJudge);
    this.holders = new FileHolders(kernel, files, cgroups);
    this.selected =
        new SelectedEvents(
            cgroups,
            holders,
            key -> processes.require(key, this::processAppeared),
            key -> processes.remind(key, this::processAppeared),
            patience,
            System::nanoTime,
            sink);
    this.counters = new Counters(kernel, clock, names, selected);
    this.mappings = new MappingSampler(kernel, spaces, clock, names, selected);
    this.touches =
        new TouchSampler(new MappedAreas(kernel), spaces, clock, names, selected, System::nanoTime);
    this.openFiles = new OpenFiles(kernel, clock, names, selected);
    this.disarming = new Disarming(kernel);
    this.blindSpots = new BlindSpots(kernel, texts, clock, sink);
    this.declarations = new Declarations(kernel);
    this.sharedMemory = new SharedMemory(kernel, declarations, spaces, clock, names, selected);
    this.sessionMarks = new SessionMarks(kernel);
    this.channels = new Channels(kernel);
    this.pollsEnded = kernel.variable("polls_ended");
    cgroups.activate();
  }

  /** How often what is touched of mappings is looked at; zero, as at first, is never. */
  public void setTouchedInterval(Duration interval) {
    touchedIntervalNanos = interval.toNanos();
    touchedNanos = Clocks.bootNanos(); // not while the agent starts
  }

  /** Looks now at all that is touched of mappings, whatever it costs. */
  public void lookAtTouched() {
    touches.sampleAll(mappings.mapping(processes.living()));
  }

  /** Looks now at who shares memory with a holder. */
  public void lookAtSharedMemory() {
    sharedMemory.look(processes.livingBesideServers());
  }

  /** Finds what was open or mapped before the programs were attached. */
  public void recover() {
    findHeld();
    poll();
  }

  /** Waits for a doorbell, without using the processor. */
  public void await(int timeoutMillis) {
    doorbells.await(timeoutMillis);
  }

  /** Reads everything once. */
  public void poll() {
    long now = Clocks.bootNanos();
    doorbells.drain();
    spaces.forget();
    CgroupTable.Changes changes = cgroups.poll();
    processes.poll();
    boolean more = processes.announce(AT_ONCE, this::processAppeared);
    pollFiles();
    inspectUndecided(now);
    takeFingerprints(now);
    long counted = count();
    while (more) {
      end(processes.ended(counted));
      more = processes.announce(AT_ONCE, this::processAppeared);
      counted = count();
    }
    counters.tidy(now);
    blindSpots.poll(now);
    select(changes);
    if (now - sampledNanos >= SAMPLE_NANOS) {
      sampledNanos = now;
      mappings.sample(processes.living());
    }
    sharedMemory.poll(processes::livingBesideServers, now);
    if (touchedIntervalNanos > 0 && now - touchedNanos >= touchedIntervalNanos) {
      touchedNanos = now;
      touches.sample(mappings.mapping(processes.living()));
    }
    if (now - sweptNanos >= (files.isCrowded() ? CROWDED_NANOS : SWEEP_NANOS)) {
      sweep(now);
    }
    end(processes.ended(counted));
    // After what was decided here, what the kernel side remembers of reads may be wrong.
    pollsEnded.putInt(0, pollsEnded.getInt(0) + 1);
  }

  /**
   * What was counted of all but those whose turn comes later.
   *
   * @return when it began, CLOCK_BOOTTIME
   */
  private long count() {
    long began = Clocks.bootNanos();
    Predicate<ProcessKey> later = processes.isWaiting();
    counters.poll(later, this::nameCopies);
    mappings.poll(later);
    return began;
  }

  /**
   * Who has just read a file has rung before: what was a copy in the making when it was looked at
   * may be one by now, and what is told of it is told for good.
   */
  private void nameCopies() {
    if (doorbells.drain()) {
      pollFiles();
      takeFingerprints(Clocks.bootNanos());
    }
  }

  /**
   * Keeps maps and memory bounded on a machine where files and processes come and go for months.
   *
   * @param nowBootNanos now, CLOCK_BOOTTIME
   */
  public void sweep(long nowBootNanos) {
    sweptNanos = nowBootNanos;
    processes.sweep(nowBootNanos);
    sessionMarks.sweep(processes.execSessions(), nowBootNanos);
    counters.forgetChannels(channels.sweep(nowBootNanos));
    Set<Integer> used = new HashSet<>();
    counters.collectFiles(used);
    mappings.collectFiles(used);
    Set<Integer> gone = files.dropAbsent(used);
    files.makeRoom(used, nowBootNanos);
    inspector.forget(gone);
    counters.names().forget(gone);
    texts.sweep(id -> files.find(id) != null, processes::isKnown, processes.cgroups()::contains);
    Set<Long> named = holders.sweep();
    named.addAll(processes.cgroups());
    cgroups.sweep(named);
  }

  /** Which cgroups are selected may have changed: the next poll asks for each again. */
  public void reselect() {
    if (cgroups.activate()) {
      if (cgroups.isActive()) {
        processes.living().forEach(this::meetCgroup);
      } else {
        findHeld();
      }
    }
    cgroups.judgeAll();
  }

  /** Unix time in nanoseconds on the clock of the events. */
  public long nowEpochNanos() {
    return clock.nowEpochNanos();
  }

  /**
   * Ends the mark of a process: what it does is no longer counted until it touches a model.
   *
   * @return false if it has a model or an undecided file open or mapped, and so keeps its mark
   */
  public boolean disarm(ProcessKey process) {
    boolean disarmed = disarming.disarm(process, processes.touches(process));
    if (disarmed) {
      processes.disarmed(process);
    }
    return disarmed;
  }

  /** The sink no longer knows this process: it is told of again before anything names it. */
  public void forgotten(ProcessKey process) {
    processes.forgotten(process);
  }

  /**
   * Begins the mark of a process that is declared to hold a model: what it sends is counted from
   * now on, and so is what its children do.
   */
  public void declare(int pid) {
    declarations.declare(pid);
  }

  /** The same of one that was there before the agent. */
  public void recover(int pid) {
    declarations.recover(pid);
  }

  /**
   * The same of the very image that an earlier agent knew. What it sends is counted even if its
   * cgroup is left out: a holder once stays one.
   *
   * @return false if it is no more
   */
  public boolean recover(ProcessKey process) {
    boolean lives = declarations.recover(process);
    if (lives) {
      recovered.add(process);
    }
    return lives;
  }

  /** How often exec sessions have taken a model; 0 if none holds one. */
  public long sessionTakes() {
    return sessionMarks.takes();
  }

  public long ringPendingBytes() {
    return doorbells.pendingBytes();
  }

  /** How many doorbells of each kind the kernel side has rung so far. */
  public Map<String, LongSupplier> doorbells() {
    return doorbells.counts();
  }

  public int armedProcesses() {
    return processes.size();
  }

  /** Whether a process has ended whose counters may still change. */
  public boolean hasEnding() {
    return processes.hasEnding();
  }

  public int knownCgroups() {
    return cgroups.entries();
  }

  /** Pipes and sockets into which armed processes can write, at the last sweep. */
  public int knownChannels() {
    return channels.entries();
  }

  /** Channels that were forgotten because there were too many. */
  public long channelsEvicted() {
    return channels.evicted();
  }

  public int knownFiles() {
    return files.size();
  }

  /** Processes whose touched bytes could not be looked at. */
  public long touchesUnread() {
    return touches.unread();
  }

  public long undecidedForEver() {
    return inspector.failures();
  }

  private void meetCgroup(ProcessKey process) {
    ProcessFacts facts = processes.require(process, this::processAppeared);
    if (facts.cgroupId() != 0) {
      cgroups.meet(facts.cgroupId(), facts.cgroupPath());
    }
  }

  private void select(CgroupTable.Changes changes) {
    if (!changes.isEmpty()) {
      holders.lookAgain();
    }
    holders.correct();
    selected.release();
    if (!changes.leftOut().isEmpty()) {
      disarm(changes.leftOut());
    }
    if (!changes.selected().isEmpty()) {
      findHeld();
    }
  }

  /** What the processes of these cgroups send is counted no longer, unless it may be of others. */
  private void disarm(Set<Long> leftOut) {
    Set<ProcessKey> suspects = new HashSet<>(recovered);
    BiConsumer<ProcessKey, Integer> suspect =
        (process, file) -> {
          if (holders.of(file) != FileHolder.NONE) {
            suspects.add(process);
          }
        };
    counters.forEachAccess(suspect);
    mappings.forEachMapping(suspect);
    for (ProcessKey process : processes.livingIn(leftOut)) {
      if (!processes.descends(process, suspects)) {
        disarm(process);
      }
    }
  }

  /** What is open or mapped now: it was touched while it did not count. */
  private void findHeld() {
    openFiles.findAll();
    mappings.sampleAll();
  }

  private void processAppeared(ProcessFacts process) {
    sink.accept(new KernelEvent.ProcessSeen(process));
  }

  private void pollFiles() {
    files.poll(
        id -> Optional.of(anyPath(id)).filter(path -> !path.isEmpty()).map(judge::formatOfName),
        sink::accept);
  }

  /**
   * Before anything that was done to these files is told: a copy has its model's name then. Of many
   * at once some come later: on a slow disk nothing else would be seen meanwhile.
   */
  private void takeFingerprints(long now) {
    boolean taken =
        TakenInOrder.of(
            files.lackingFingerprint(now),
            () -> Clocks.bootNanos() - now <= FINGERPRINTS_NANOS,
            file -> takeFingerprint(file, now));
    if (taken) {
      pollFiles();
    }
  }

  private boolean takeFingerprint(FileTable.Known file, long now) {
    String found = inspector.fingerprint(file, anyPath(file.facts().id()), now);
    if (found != null) {
      files.setFingerprint(file, found, now);
    }
    return found != null;
  }

  private void inspectUndecided(long now) {
    boolean decided = false;
    for (FileTable.Known file : Set.copyOf(undecided())) {
      FileLook.Found found = inspector.inspect(file, anyPath(file.facts().id()), now);
      if (found != null) {
        files.setFound(file.facts().id(), found);
        decided = true;
      }
    }
    if (decided) {
      pollFiles();
    }
  }

  private Set<FileTable.Known> undecided() {
    Set<FileTable.Known> result = new HashSet<>();
    for (FileTable.Known file : files.all()) {
      if (file.facts().verdict() == Verdict.UNDECIDED) {
        result.add(file);
      }
    }
    return result;
  }

  private String anyPath(int fileId) {
    return counters.names().anyPath(fileId);
  }

  private void end(Set<ProcessTable.End> ends) {
    if (ends.isEmpty()) {
      return;
    }
    Set<ProcessKey> keys = new HashSet<>();
    ends.forEach(end -> keys.add(end.process()));
    counters.forget(keys);
    mappings.forget(keys);
    touches.forget(keys);
    sharedMemory.forget(keys);
    recovered.removeAll(keys);
    for (ProcessTable.End end : ends) {
      selected.accept(
          new KernelEvent.ProcessEnded(
              end.process(), end.replaced(), clock.toEpochNanos(end.bootNanos())));
      processes.forget(end.process());
    }
  }

  @Override
  public void close() {
    inspector.close();
    doorbells.close();
  }
}
