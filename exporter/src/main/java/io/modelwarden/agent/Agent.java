// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.Settings;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.libbpf.Capabilities;
import io.modelwarden.model.ModelNames;
import io.modelwarden.probe.Clock;
import io.modelwarden.probe.KernelPoller;
import io.modelwarden.probe.KernelSide;
import io.modelwarden.session.AccessTracker;
import io.modelwarden.session.Declaration;
import io.modelwarden.session.HeldModel;
import io.modelwarden.session.PeerScopes;
import io.modelwarden.session.ScopePrefix;
import io.modelwarden.telemetry.HostIdentity;
import io.modelwarden.telemetry.Sample;
import io.modelwarden.telemetry.Telemetry;
import io.modelwarden.telemetry.TelemetrySettings;
import io.modelwarden.top.AgentState;
import io.modelwarden.workload.ContainerProcesses;
import io.modelwarden.workload.NameListener;
import io.modelwarden.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The running agent. It fails hard while starting and leaves nothing attached; once it runs, it
 * degrades and says so in its metrics. The calling thread polls.
 */
final class Agent implements AutoCloseable {

  private static final Logger logger = Logger.getLogger(Agent.class.getName());
  private static final int SETTLE_MILLIS = 50;
  private static final int IDLE_MILLIS = 2000;
  private static final int STEP_MILLIS = 500;
  // The end of a process waits for two polls without a change, its span for the end.
  private static final int ENDING_MILLIS = 100;
  private static final long HEALTHY_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int STOP_SECONDS = 5;
  private static final int MOST_RECOVERED = 4_096;

  private final Settings settings;
  private final HttpEndpoint http;
  private final TopService top;
  private final KernelSide kernel;
  private final Clock clock;
  private final Workloads workloads;
  private final WorkloadSelection selection;
  private final Telemetry telemetry;
  private final AccessTracker tracker;
  private final KernelPoller poller;
  private final DeclaredProcesses declared;
  private final KeptHolders kept;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final NameListener naming =
      new NameListener() {
        @Override
        public void renamed(Workload before, Workload after) {
          tracker().renamed(before, after);
          telemetry().renamed(before, after);
        }

        @Override
        public void ended(Workload workload) {
          tracker().ended(workload);
          telemetry().endWorkload(workload);
        }
      };
  private volatile boolean stopping;
  private volatile boolean ready;
  private volatile long polledNanos = System.nanoTime();

  private Agent(
      Settings settings,
      @Nullable SettingsWatch watch,
      HttpEndpoint http,
      TopService top,
      KernelLoading loading) {
    this.settings = settings;
    this.http = http;
    this.top = top;
    this.clock = Clock.startingNow();
    HostIdentity host = Workloads.host(settings, System.getenv());
    this.workloads = Workloads.start(settings, host, System.getenv());
    this.selection =
        new WorkloadSelection(
            settings.workloads(), workloads.directory(), workloads.isInCluster(), watch);
    this.telemetry =
        Telemetry.start(
            new TelemetrySettings(
                VersionCommand.VERSION,
                host,
                settings.metrics().seriesLimit(),
                settings.models().names()::containsValue,
                workloads::allowedExecutables,
                this::eventEpochNanos));
    this.kernel = loaded(loading);
    PeerScopes scopes = new PeerScopes(Wiring.networks(settings));
    scopes.prefixes().forEach(this::tellScope);
    Function<ProcessFacts, Optional<Declaration>> bySettings = Wiring.declared(settings);
    ModelNames names = new ModelNames(settings.models().names());
    this.tracker =
        new AccessTracker(
            Wiring.sessions(settings),
            Wiring.naming(names, settings),
            workloads.resolver(),
            workloads::readiness,
            scopes,
            process -> bySettings.apply(process).or(() -> workloads.declared(process)),
            telemetry,
            Wiring.source(this::poller));
    this.poller =
        new KernelPoller(
            kernel,
            clock,
            new Judge(settings.models()),
            selection,
            settings.kubernetes().namesWait(),
            tracker);
    poller.setTouchedInterval(settings.kernel().touchedInterval());
    this.declared = new DeclaredProcesses(settings.holdsModel().keySet(), poller::declare);
    this.kept = new KeptHolders(settings.stateFile(), clock.offsetNanos());
    SelfReport.register(telemetry.self(), kernel, poller, tracker, kept);
    workloads.report(telemetry.self());
  }

  /** Telemetry that has nothing to tell yet is left alone: it would wait for its collector. */
  private KernelSide loaded(KernelLoading loading) {
    try {
      return loading.await();
    } catch (RuntimeException | Error failure) {
      workloads.close();
      throw failure;
    }
  }

  /**
   * Binds, attaches, gives up privileges; the rest starts while the kernel side is attached.
   *
   * @param watch of the settings file; null if there is none
   */
  static Agent start(Settings settings, @Nullable SettingsWatch watch) {
    HttpEndpoint http = HttpEndpoint.bind(settings.http().listen());
    TopService top = null;
    KernelLoading loading = null;
    try {
      top = TopService.bind(settings.topSocket());
      loading = KernelLoading.begin(settings);
      // Threads inherit what is left: from here on only the loading one can attach anything.
      Capabilities.keepOnly(Capabilities.BPF, Capabilities.SYS_PTRACE);
      return new Agent(settings, watch, http, top, loading);
    } catch (RuntimeException failure) {
      if (loading != null) {
        loading.close();
      }
      if (top != null) {
        top.close();
      }
      http.close();
      throw failure;
    }
  }

  /** Polls until SIGTERM or SIGINT. */
  void runUntilStopped() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "modelwarden-stop"));
    begin();
    while (!stopping) {
      poll();
    }
  }

  /** Does once, and without waiting, what a run does again and again. */
  void runOnce() {
    begin();
    stopping = true;
    poll();
  }

  private void begin() {
    PrometheusPage page = new PrometheusPage(this::samples);
    http.serve(page::render, this::healthy, () -> ready);
    top.serve();
    tracker.tick(poller.nowEpochNanos()); // the age of what is found is counted from here
    recover();
    ready = true;
    logger.log(
        Level.INFO,
        "watching with {0} of {1} probes, /metrics on port {2}",
        new Object[] {
          kernel.statuses().stream().filter(status -> status.attached()).count(),
          kernel.statuses().size(),
          String.valueOf(http.port())
        });
  }

  /** What was before: by the notes of an earlier agent, and by what is open or mapped now. */
  private void recover() {
    for (HeldModel held : kept.read()) {
      if (poller.recover(held.process())) {
        tracker.remember(held);
      }
    }
    poller.recover();
  }

  /** What shares a container with a holder that is older than the agent may hold the same. */
  private void recoverContainers() {
    Set<String> containers = tracker.takeRecoveredContainers();
    if (!containers.isEmpty()) {
      ContainerProcesses.of(containers).limit(MOST_RECOVERED).forEach(poller::recover);
    }
  }

  private void poll() {
    await();
    try {
      if (poller.ringPendingBytes() > 0) {
        Thread.sleep(SETTLE_MILLIS); // a burst of doorbells is one poll
      }
      poller.poll();
      tracker.tick(poller.nowEpochNanos());
      workloads.tick(naming);
      boolean anew = workloads.declareAnew();
      declared.look(workloads.declaredContainers(), anew);
      if (anew) {
        tracker.declareAnew();
      }
      recoverContainers();
      kept.polled(tracker.holdersVersion(), tracker::holders);
      telemetry.deliver();
      top.polled(this::state, tracker::view);
      polledNanos = System.nanoTime();
    } catch (InterruptedException interrupted) {
      stopping = true;
    } catch (RuntimeException failure) {
      logger.log(Level.WARNING, "a poll failed, the next one catches up", failure);
    }
  }

  /** In steps: being told to end must not wait for the next look. */
  private void await() {
    int left = waitMillis();
    while (left > 0 && !stopping && !selectionChanged() && poller.ringPendingBytes() == 0) {
      int step = Math.min(left, STEP_MILLIS);
      poller.await(step);
      left -= step;
    }
  }

  private boolean selectionChanged() {
    boolean changed = selection.look();
    if (changed) {
      poller.reselect();
    }
    return changed;
  }

  /** A new process, file or destination rings; what is under way is looked at without. */
  private int waitMillis() {
    if (poller.hasEnding()) {
      return ENDING_MILLIS;
    }
    return tracker.openSessions() > 0
        ? (int) settings.kernel().pollInterval().toMillis()
        : IDLE_MILLIS;
  }

  private void stop() {
    stopping = true;
    try {
      if (stopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        // Being told to end is no failure; without this the JVM says 143.
        Runtime.getRuntime().halt(ExitCode.GOOD);
      }
      logger.warning("ending before everything was delivered");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Sample> samples() {
    List<Sample> samples = new ArrayList<>(telemetry.self().samples());
    if (settings.http().fileMetrics()) {
      samples.addAll(telemetry.samples());
    }
    return samples;
  }

  private AgentState state(Duration uptime) {
    return SelfReport.state(telemetry.self(), kernel, poller, tracker, uptime);
  }

  private boolean healthy() {
    return System.nanoTime() - polledNanos < HEALTHY_NANOS;
  }

  private long eventEpochNanos() {
    return clock.nowEpochNanos();
  }

  private KernelPoller poller() {
    return poller;
  }

  private AccessTracker tracker() {
    return tracker;
  }

  private Telemetry telemetry() {
    return telemetry;
  }

  private void tellScope(ScopePrefix prefix) {
    kernel.putPeerScope(prefix.bits(), prefix.address(), prefix.scope().name());
  }

  @Override
  public void close() {
    kept.close(tracker.holders());
    tracker.close();
    workloads.close();
    http.close();
    top.close();
    telemetry.close();
    poller.close();
    kernel.close();
    stopped.countDown();
  }
}
