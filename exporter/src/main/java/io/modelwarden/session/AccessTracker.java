// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Coverage;
import io.modelwarden.event.EventSink;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.BlindSpotPrepared;
import io.modelwarden.event.KernelEvent.BytesSent;
import io.modelwarden.event.KernelEvent.BytesUncounted;
import io.modelwarden.event.KernelEvent.DataMoved;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.event.KernelEvent.FileFound;
import io.modelwarden.event.KernelEvent.FileMapped;
import io.modelwarden.event.KernelEvent.FileSeen;
import io.modelwarden.event.KernelEvent.MappingSampled;
import io.modelwarden.event.KernelEvent.MappingTouched;
import io.modelwarden.event.KernelEvent.MemoryRead;
import io.modelwarden.event.KernelEvent.ProcessEnded;
import io.modelwarden.event.KernelEvent.ProcessSeen;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.Action;
import io.modelwarden.session.Evidence.BlindSpotFacts;
import io.modelwarden.workload.CgroupPath;
import io.modelwarden.workload.PodContainer;
import io.modelwarden.workload.Readiness;
import io.modelwarden.workload.Workload;
import io.modelwarden.workload.WorkloadResolver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * From kernel events to sessions, running totals and facts on evidence. Everything runs on the
 * poll's thread; all time comes from events and ticks.
 */
public final class AccessTracker implements EventSink {

  private final Context context;
  private final Starts starts;
  private final Processes processes;
  private final Sessions sessions;
  private final FileTracker tracker;
  private final FileEvents files;
  private final MappingTracker mappings;
  private final SizeGauges sizes;
  private final EgressTracker egress;
  private final MemoryTracker memory;
  private final ProcessEnds ends;
  private final Holdings holdings;
  private final Recovery recovery;
  private final Trail trail;
  private volatile int marksHeld;

  /**
   * @param readiness of the container whose cgroup this is
   * @param declared the model that a process is declared to hold
   * @param source of the events
   */
  public AccessTracker(
      SessionSettings settings,
      ModelNaming naming,
      WorkloadResolver workloads,
      Function<CgroupPath, Readiness> readiness,
      PeerScopes scopes,
      Function<ProcessFacts, Optional<Declaration>> declared,
      EvidenceSink sink,
      EventSource source) {
    SessionLosses losses = new SessionLosses();
    SteadyTime time = new SteadyTime();
    ModelCatalog catalog = new ModelCatalog(naming, settings.limits().files(), losses);
    LiveReaders live = new LiveReaders(catalog, time);
    context = new Context(settings, time, catalog, sink, losses, live);
    starts = new Starts(settings.phase(), settings.limits().processes(), time, readiness);
    processes = new Processes(workloads, starts, settings.limits().processes(), time);
    sessions = new Sessions(context);
    sizes = new SizeGauges(sink);
    egress = new EgressTracker(context, sessions, sizes, scopes);
    holdings =
        new Holdings(
            context,
            processes,
            declared,
            egress::firstHolding,
            (process, model) -> recovery().recovered(process, model),
            this::held);
    trail = new Trail(context, holdings);
    recovery = new Recovery(context, holdings);
    tracker = new FileTracker(context, sessions, holdings, sizes);
    mappings = new MappingTracker(context, holdings);
    Provisional provisional = new Provisional(settings.limits().provisional(), losses);
    files = new FileEvents(context, provisional, tracker, mappings, recovery, trail);
    memory = new MemoryTracker(context, sessions, holdings);
    ends = new ProcessEnds(context, processes, sessions, files, mappings, trail, source);
  }

  @Override
  public void accept(KernelEvent event) {
    if (event instanceof ProcessSeen seen) {
      processSeen(seen.process());
    } else if (event instanceof FileSeen seen) {
      files.seen(seen.file());
    } else if (event instanceof FileAccessed accessed) {
      Action action = accessed.direction() == Direction.READ ? Action.READ : Action.WRITE;
      accessed(
          accessed.process(),
          new Access(
              accessed.fileId(),
              accessed.path(),
              action,
              accessed.method(),
              accessed.increment(),
              accessed.coverage()));
    } else if (event instanceof FileMapped mapped) {
      accessed(
          mapped.process(),
          new Access(
              mapped.fileId(),
              mapped.path(),
              Action.MMAP,
              "mmap",
              mapped.increment(),
              mapped.coverage()));
    } else if (event instanceof MappingSampled sampled) {
      sampled(sampled);
    } else if (event instanceof MappingTouched touched) {
      accessed(
          touched.process(),
          new Access(
              touched.fileId(),
              touched.path(),
              Action.MMAP,
              Measurement.FileTouched.METHOD,
              touched.increment(),
              Coverage.unplaced(0)));
    } else if (event instanceof FileFound found) {
      found(found);
    } else if (event instanceof DataMoved moved) {
      moved(moved);
    } else if (event instanceof BytesSent sent) {
      sent(sent);
    } else if (event instanceof MemoryRead read) {
      memoryRead(read);
    } else if (event instanceof BlindSpotPrepared prepared) {
      prepared(prepared);
    } else if (event instanceof BytesUncounted uncounted) {
      uncounted(uncounted);
    } else if (event instanceof ProcessEnded ended) {
      ends.ended(ended.process(), ended.epochNanos());
    }
  }

  /**
   * Ends what is due. Called after every poll.
   *
   * @param nowEpochNanos Unix time; may go back
   */
  public void tick(long nowEpochNanos) {
    context.time().tick(nowEpochNanos);
    starts.tick();
    files.tick();
    ends.tick(holdings);
    recovery.tick(processes);
    sessions.tick();
    marksHeld = processes.holderCount();
  }

  /** Ends all sessions. What waits for a verdict is given up. */
  public void close() {
    sessions.close();
  }

  /**
   * What was counted to one workload is counted to another from now on, running totals included.
   */
  public void renamed(Workload before, Workload after) {
    processes.renamed(before, after);
    tracker.renamed(before, after);
    egress.renamed(before, after);
    memory.renamed(before, after);
    mappings.renamed(before, after, context.time().epochNanos());
  }

  /** Its pod is gone: what is remembered of it for later is let go. */
  public void ended(Workload workload) {
    PodContainer container = workload.container();
    if (container != null) {
      starts.ended(container.podUid());
    }
    tracker.ended(workload);
    egress.ended(workload);
    memory.ended(workload);
    sizes.ended(workload);
  }

  /** Other models may be declared now. A process that was one's holder once stays that. */
  public void declareAnew() {
    processes.all().forEach(holdings::declare);
  }

  /** What an earlier agent knew of a process that lives and will be seen. */
  public void remember(HeldModel held) {
    recovery.remember(held);
  }

  /**
   * Containers with a process that held a model before the agent was there, each told once: what
   * else runs in them may have it too.
   */
  public Set<String> takeRecoveredContainers() {
    return recovery.takeContainers();
  }

  /** Who holds what, for an agent that comes later. */
  public List<HeldModel> holders() {
    List<HeldModel> held = new ArrayList<>();
    for (TrackedProcess process : processes.holders()) {
      process.holdings().forEach((model, how) -> held.add(heldModel(process, model, how)));
    }
    return held;
  }

  /** Another number than before if {@link #holders} tells of other processes or models. */
  public long holdersVersion() {
    return holdings.version() + processes.holdersRemoved();
  }

  private HeldModel heldModel(TrackedProcess process, String model, TrackedProcess.Held how) {
    ModelUse use = process.lineage.use(model);
    long ends = holdings.endNanos(process);
    SteadyTime time = context.time();
    return new HeldModel(
        process.key(),
        model,
        context.catalog().set(model).sizeBytes(),
        use == null ? 0 : use.heldBytes(),
        how.sinceEpochNanos(),
        process.lineage.lastReadEpochNanos,
        ends == TrackedProcess.NEVER ? 0 : time.epochNanos() + ends - time.nanos());
  }

  /** Peers are classified by these from now on. */
  public void setPeerScopes(PeerScopes scopes) {
    egress.setScopes(scopes);
  }

  public SessionLosses losses() {
    return context.losses();
  }

  /** Processes that hold a model, at the last tick. Readable from any thread. */
  public int marksHeld() {
    return marksHeld;
  }

  /** Processes that are tracked. */
  int processes() {
    return processes.size();
  }

  public int openSessions() {
    return sessions.openCount();
  }

  /** Who takes models, as of the last tick. Called on the poll's thread. */
  public LiveView view() {
    return context.live().view(processes.all());
  }

  private Recovery recovery() {
    return recovery;
  }

  private void processSeen(ProcessFacts facts) {
    boolean known = processes.get(facts.key()) != null;
    TrackedProcess process = processes.add(facts);
    if (!known) {
      processes.evict(ends::evict);
      holdings.begin(process);
      recovery.begin(process);
    }
  }

  private void accessed(ProcessKey key, Access access) {
    TrackedProcess process = process(key);
    if (process != null) {
      files.accessed(process, access);
    }
  }

  private void sampled(MappingSampled sample) {
    TrackedProcess process = process(sample.process());
    if (process != null) {
      files.sampled(process, sample);
    }
  }

  private void found(FileFound found) {
    TrackedProcess process = process(found.process());
    if (process != null) {
      files.found(process, found);
    }
  }

  private void moved(DataMoved moved) {
    TrackedProcess process = process(moved.process());
    if (process != null) {
      trail.moved(process, moved);
    }
  }

  private void held(TrackedProcess process) {
    trail.held(process);
  }

  private void sent(BytesSent sent) {
    TrackedProcess process = process(sent.process());
    if (process != null) {
      egress.sent(process, sent.flow(), sent.increment());
    }
  }

  private void memoryRead(MemoryRead read) {
    TrackedProcess reader = process(read.reader());
    TrackedProcess victim = process(read.victim());
    if (reader != null && victim != null) {
      memory.record(reader, victim, read.method(), read.increment());
    }
  }

  /** It belongs to no session: nobody knows whether anything of a model passes there. */
  private void prepared(BlindSpotPrepared prepared) {
    context
        .sink()
        .span(
            new Evidence(
                SpanIds.root(),
                null,
                List.of(),
                prepared.increment().firstEpochNanos(),
                prepared.increment().lastEpochNanos(),
                processes.workload(prepared.process()),
                prepared.process(),
                Phase.SERVING,
                null,
                new BlindSpotFacts(
                    prepared.kind(), prepared.device(), prepared.increment().bytes())));
  }

  private void uncounted(BytesUncounted uncounted) {
    TrackedProcess process = process(uncounted.process());
    if (process != null) {
      tracker.uncounted(process, uncounted.direction(), uncounted.increment());
    }
  }

  private @Nullable TrackedProcess process(ProcessKey key) {
    TrackedProcess process = processes.get(key);
    if (process == null) {
      context.losses().count(SessionLoss.PROCESS_UNKNOWN);
    }
    return process;
  }
}
