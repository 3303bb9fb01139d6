// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import com.sun.net.httpserver.HttpServer;
import io.modelwarden.config.Settings;
import io.modelwarden.config.SettingsLoader;
import io.modelwarden.event.Coverage;
import io.modelwarden.event.FileFacts;
import io.modelwarden.event.Flow;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.model.ModelNames;
import io.modelwarden.probe.Clock;
import io.modelwarden.session.AccessTracker;
import io.modelwarden.session.EventSource;
import io.modelwarden.session.PeerScopes;
import io.modelwarden.telemetry.HostIdentity;
import io.modelwarden.telemetry.Telemetry;
import io.modelwarden.telemetry.TelemetrySettings;
import io.modelwarden.top.AgentState;
import io.modelwarden.top.Snapshot;
import io.modelwarden.top.SnapshotJson;
import io.modelwarden.workload.CgroupWorkloads;
import io.modelwarden.workload.Readiness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * Runs what a running agent runs, once and on made-up events, with a collector of its own on the
 * loopback: the launcher lets the JVM archive the classes that this loads, and every later start
 * takes them from there, at a third less memory. Nothing leaves the process.
 */
@Command(name = "warm-up", hidden = true, description = "Load every class once, for the launcher.")
final class WarmUpCommand implements Callable<Integer> {

  private static final long MODEL_BYTES = 4L << 30;

  @Override
  public Integer call() throws IOException {
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
    collector.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    System.setProperty(
        "otel.exporter.otlp.endpoint", "http://127.0.0.1:" + collector.getAddress().getPort());
    Path folder = Files.createTempDirectory("modelwarden");
    Path socket = folder.resolve("agent.sock");
    try {
      Settings settings =
          SettingsLoader.load(
              null,
              Map.of(
                  "MODELWARDEN_HTTP_LISTEN",
                  "127.0.0.1:0",
                  "MODELWARDEN_TOP_SOCKET",
                  socket.toString()));
      run(settings);
      rehearse(settings);
    } finally {
      collector.stop(0);
      delete(folder);
    }
    return ExitCode.GOOD;
  }

  /** With the lock that an agent leaves beside its socket. */
  private static void delete(Path folder) throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      for (Path file : left.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** Where the kernel does not allow it, what only that loads is not in the archive. */
  private static void run(Settings settings) {
    try (Agent agent = Agent.start(settings, null)) {
      agent.runOnce();
    } catch (BpfException refused) {
      // the doctor says why
    }
  }

  private static void rehearse(Settings settings) {
    ModelNames names = new ModelNames(settings.models().names());
    TelemetrySettings own =
        new TelemetrySettings(
            VersionCommand.VERSION,
            HostIdentity.detect(),
            settings.metrics().seriesLimit(),
            m -> false,
            workload -> "",
            Clock.startingNow()::nowEpochNanos);
    try (Telemetry telemetry = Telemetry.start(own)) {
      AccessTracker tracker =
          new AccessTracker(
              Wiring.sessions(settings),
              names::nameOf,
              new CgroupWorkloads(),
              path -> Readiness.UNKNOWN,
              new PeerScopes(Wiring.networks(settings)),
              Wiring.declared(settings),
              telemetry,
              EventSource.NONE);
      long now = System.currentTimeMillis() * 1_000_000;
      tracker.tick(now);
      story(now).forEach(tracker::accept);
      tracker.tick(now + settings.session().slice().toNanos());
      telemetry.flush(Duration.ofSeconds(2));
      new PrometheusPage(telemetry::samples).render();
      AgentState state =
          new AgentState(VersionCommand.VERSION, "", 0, 0, 0, 0, 0, 0, Map.of("", 0L));
      SnapshotJson.write(Snapshot.of("", state, tracker.view()));
      tracker.close();
    }
  }

  private static List<KernelEvent> story(long now) {
    ProcessKey thief = new ProcessKey(1, 0, 1);
    ProcessKey server = new ProcessKey(2, 0, 2);
    Increment once = new Increment(MODEL_BYTES / 2, 100, now, now);
    Flow away =
        new Flow(
            InetAddress.getLoopbackAddress(),
            443,
            Flow.Transport.TCP,
            Flow.Role.INITIATED,
            "public");
    String path = "/models/rehearsal.safetensors";
    return List.of(
        seen(thief, now),
        seen(server, now),
        new KernelEvent.FileSeen(
            new FileFacts(
                1, 1, 1, 1, MODEL_BYTES, FileFacts.Verdict.MODEL, "safetensors", "", "0")),
        new KernelEvent.FileMapped(server, 1, path, once, Coverage.unplaced(1)),
        new KernelEvent.MappingSampled(server, 1, path, MODEL_BYTES, now),
        new KernelEvent.FileAccessed(
            thief, 1, path, KernelEvent.Direction.READ, "read", once, part()),
        new KernelEvent.BytesSent(thief, away, once),
        new KernelEvent.MemoryRead(thief, server, "process_vm_readv", once),
        new KernelEvent.ProcessEnded(thief, false, now));
  }

  private static Coverage part() {
    return Coverage.of(new long[Coverage.SLOTS / Long.SIZE], 23, 0);
  }

  private static KernelEvent seen(ProcessKey key, long now) {
    return new KernelEvent.ProcessSeen(
        new ProcessFacts(
            key,
            null,
            1,
            0,
            "rehearsal",
            "/rehearsal",
            1,
            "",
            1,
            1,
            ProcessFacts.Origin.SELF,
            ProcessFacts.Entrance.UNKNOWN,
            0,
            now,
            now));
  }
}
