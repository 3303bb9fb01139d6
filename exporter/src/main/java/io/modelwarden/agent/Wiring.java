// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.Cidr;
import io.modelwarden.config.DeclaredModel;
import io.modelwarden.config.Endpoint;
import io.modelwarden.config.Settings;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.model.ModelNames;
import io.modelwarden.model.PathPattern;
import io.modelwarden.probe.KernelFeatures;
import io.modelwarden.probe.KernelPoller;
import io.modelwarden.probe.ProbeSettings;
import io.modelwarden.session.Declaration;
import io.modelwarden.session.EventSource;
import io.modelwarden.session.ModelNaming;
import io.modelwarden.session.PeerNetworks;
import io.modelwarden.session.PhaseSettings;
import io.modelwarden.session.SessionSettings;
import io.modelwarden.session.TrailSettings;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** From settings to what each package asks for. */
final class Wiring {

  private static final Duration VERDICT_GRACE = Duration.ofSeconds(5);

  private Wiring() {}

  static ProbeSettings probes(Settings settings) {
    Settings.Models models = settings.models();
    return new ProbeSettings(
        models.minimumSizeBytes(),
        models.contentMinimumSizeBytes(),
        models.detectContent(),
        !models.paths().isEmpty(),
        models.suffixes(),
        Map.of(
            "accesses", settings.kernel().counterEntries(),
            "channels", settings.trail().channels(),
            "transfers", 2 * settings.trail().channels()),
        settings.kernel().ringBytes(),
        KernelFeatures.hasName("bpf_task_from_vpid"),
        settings.kernel().raceWitness(),
        new ProbeSettings.Trail(
            settings.trail().hops(),
            (int) Math.round(settings.trail().serverShare() * 1_000_000),
            settings.trail().serverWindow(),
            settings.trail().serverAccepted(),
            settings.trail().lifetime()));
  }

  static SessionSettings sessions(Settings settings) {
    return new SessionSettings(
        settings.session().quietPeriod(),
        settings.session().slice(),
        settings.session().maximum(),
        settings.totalsWindow(),
        phase(settings.phase()),
        VERDICT_GRACE,
        settings.marks().afterExec(),
        settings.marks().inherited(),
        trail(settings.trail()),
        settings.network().fullPeerAddress(),
        settings.metrics().filePaths(),
        SessionSettings.Limits.defaults());
  }

  /** The tracker is there before the poller that feeds it. */
  static EventSource source(Supplier<KernelPoller> poller) {
    return new EventSource() {
      @Override
      public boolean disarm(ProcessKey process) {
        return poller.get().disarm(process);
      }

      @Override
      public void forgotten(ProcessKey process) {
        poller.get().forgotten(process);
      }
    };
  }

  private static TrailSettings trail(Settings.Trail trail) {
    return new TrailSettings(
        trail.serverShare(),
        trail.serverWindow(),
        trail.serverAccepted(),
        trail.lifetime(),
        trail.channels());
  }

  private static PhaseSettings phase(Settings.Phase phase) {
    return new PhaseSettings(
        phase.untilReady() ? PhaseSettings.End.READY : PhaseSettings.End.QUIET,
        phase.gracePeriod(),
        phase.maximum());
  }

  static PeerNetworks networks(Settings settings) {
    Settings.Network network = settings.network();
    return new PeerNetworks(
        nodeAddresses(),
        network.proxies().stream().map(Endpoint::toString).toList(),
        texts(network.podCidrs()),
        texts(network.clusterCidrs()),
        texts(network.outsideCidrs()));
  }

  static ModelNaming naming(ModelNames names, Settings settings) {
    return new ModelNaming() {
      @Override
      public String name(String path, String workload) {
        return names.nameOf(path, workload);
      }

      @Override
      public boolean isGiven(String name) {
        return settings.models().names().containsValue(name);
      }
    };
  }

  /** The model that an executable is declared to hold without reading a file. */
  static Function<ProcessFacts, Optional<Declaration>> declared(Settings settings) {
    Map<PathPattern, Declaration> patterns =
        settings.holdsModel().entrySet().stream()
            .collect(
                Collectors.toMap(
                    entry -> PathPattern.of(entry.getKey()),
                    entry -> declaration(entry.getValue())));
    return process ->
        patterns.entrySet().stream()
            .filter(entry -> entry.getKey().matches(process.executablePath()))
            .map(Map.Entry::getValue)
            .findFirst();
  }

  static Declaration declaration(DeclaredModel model) {
    return new Declaration(model.name(), model.sizeBytes());
  }

  private static List<String> texts(List<Cidr> networks) {
    return networks.stream().map(Cidr::toString).toList();
  }

  private static List<InetAddress> nodeAddresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress())
          .toList();
    } catch (SocketException unreadable) {
      return List.of();
    }
  }
}
