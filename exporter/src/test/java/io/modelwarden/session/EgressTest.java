// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static io.modelwarden.session.Scene.PUBLIC;
import static io.modelwarden.session.Scene.flow;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.Flow;
import io.modelwarden.event.Flow.Role;
import io.modelwarden.event.Flow.Transport;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Measurement.NetworkIo;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EgressTest {

  private final Scene scene = new Scene();

  @Test
  void sendsOfAProcessWhoseReadsFoundNoRoom_areReportedWithWhatItTook() {
    ProcessKey thief = scene.starts(10, "curl");
    scene.sends(thief, 2 * MIB);
    scene.tracker.accept(
        new KernelEvent.BytesUncounted(
            thief, KernelEvent.Direction.READ, scene.increment(600 * MIB)));
    scene.sends(thief, 598 * MIB);
    scene.ends(thief);

    assertThat(scene.sink.measured(Measurement.NetworkIo.class))
        .extracting(Measurement.NetworkIo::bytes)
        .containsExactly(2 * MIB, 598 * MIB);
    EgressFacts facts = scene.sink.lastFacts(EgressFacts.class);
    assertThat(facts.sliceBytes()).isEqualTo(600 * MIB);
    assertThat(facts.holding().dataBytes()).isEqualTo(600 * MIB);
  }

  /** One poll reads the maps one after the other, so a send may be seen before its read. */
  @Test
  void readSeenAfterItsSend_isInTheSpan() {
    ProcessKey thief = scene.starts(10, "socat");
    int model = scene.model(GIB);
    scene.reads(thief, model, 500 * MIB);
    scene.sends(thief, 600 * MIB);
    scene.reads(thief, model, 100 * MIB);
    scene.ends(thief);

    EgressFacts facts = scene.sink.lastFacts(EgressFacts.class);
    assertThat(facts.sliceBytes()).isEqualTo(600 * MIB);
    assertThat(facts.holding().dataBytes()).isEqualTo(600 * MIB);
  }

  /** A loaded agent tells of them in two polls that lie far apart. */
  @Test
  void sendToldLongBeforeTheReadThatPrecededIt_isEgressOfIt() {
    ProcessKey thief = scene.starts(10, "socat");
    int model = scene.model(GIB);
    Increment read = scene.increment(600 * MIB);
    scene.sends(thief, 600 * MIB);
    scene.passes(Duration.ofMinutes(2));
    scene.reads(thief, model, read);
    scene.ends(thief);

    assertThat(bytesSent()).isEqualTo(600 * MIB);
    assertThat(scene.sink.lastFacts(EgressFacts.class).sliceBytes()).isEqualTo(600 * MIB);
  }

  @Test
  void sendingAnHourAfterTheRead_isANewTraceLinkedToTheRead() {
    ProcessKey thief = scene.starts(10, "curl");
    scene.reads(thief, scene.model(GIB), 700 * MIB);
    scene.passes(Duration.ofHours(1));
    scene.sends(thief, 600 * MIB);
    scene.passes(Duration.ofSeconds(31));

    Evidence read = scene.sink.spansOf(FileAccessFacts.class).get(0);
    Evidence egress = scene.sink.spansOf(EgressFacts.class).get(0);
    assertThat(egress.identity().traceId()).isNotEqualTo(read.identity().traceId());
    assertThat(egress.links()).containsExactly(read.identity());
    assertThat(egress.facts())
        .isEqualTo(
            new EgressFacts(
                "203.0.113.7",
                443,
                false,
                Transport.TCP,
                Role.INITIATED,
                PeerScope.PUBLIC,
                "/models/llama/model-00001-of-00004.safetensors",
                600 * MIB,
                600 * MIB,
                new Holding(700 * MIB, 3600, 1, Via.SELF)));
    assertThat(egress.model()).isEqualTo(new ModelSet("llama", "safetensors", GIB));
  }

  @Test
  void sendingADayAfterTheRead_stillSaysWhatIsHeld() {
    ProcessKey thief = scene.starts(10, "curl");
    scene.reads(thief, scene.model(GIB), 700 * MIB);
    scene.passes(Duration.ofHours(30));
    scene.sends(thief, 600 * MIB);
    scene.passes(Duration.ofSeconds(31));

    Holding holding = scene.sink.lastFacts(EgressFacts.class).holding();
    assertThat(holding.dataBytes()).isEqualTo(700 * MIB);
    assertThat(holding.ageSeconds()).isEqualTo(30 * 3600);
  }

  @Test
  void inTheSameTrace_egressNeedsNoLink() {
    ProcessKey thief = scene.starts(10, "curl");
    scene.reads(thief, scene.model(GIB), 700 * MIB);
    scene.passesSecond();
    scene.sends(thief, 600 * MIB);
    scene.passes(Duration.ofSeconds(31));

    Evidence egress = scene.sink.spansOf(EgressFacts.class).get(0);
    assertThat(egress.links()).isEmpty();
    assertThat(egress.parent())
        .isEqualTo(scene.sink.spansOf(FileAccessFacts.class).get(0).parent());
  }

  @Test
  void bytesSentWhileTheFirstReadStillRuns_areAllCounted() {
    ProcessKey thief = scene.starts(10, "sendfile");
    int shard = scene.model(GIB);
    for (int second = 0; second < 20; second++) {
      scene.sends(thief, 30 * MIB);
      scene.passesSecond();
    }
    assertThat(scene.sink.measurements).isEmpty();
    scene.reads(thief, shard, 700 * MIB);
    scene.sends(thief, 100 * MIB);
    scene.passes(Duration.ofSeconds(31));

    EgressFacts sent = scene.sink.lastFacts(EgressFacts.class);
    assertThat(sent.sliceBytes()).isEqualTo(700 * MIB);
    assertThat(sent.totalBytes()).isEqualTo(700 * MIB);
    assertThat(bytesSent()).isEqualTo(700 * MIB);
  }

  @Test
  void whatIsKeptBeforeTheFirstRead_isAtLeastTheLongestSession_andAtMostTwice() {
    ProcessKey sender = scene.starts(10, "sendfile");
    for (int second = 0; second < 1_000; second++) {
      scene.sends(sender, MIB);
      scene.passesSecond();
    }
    scene.reads(sender, scene.model(GIB), GIB);

    assertThat(bytesSent()).isBetween(300 * MIB, 600 * MIB);
    scene.sends(sender, MIB);
    assertThat(bytesSent()).isBetween(301 * MIB, 601 * MIB);
  }

  @Test
  void bytesSentLongBeforeTheFirstRead_areNoEgressOfIt() {
    ProcessKey server = scene.starts(10, "server");
    scene.sends(server, 500 * MIB);
    scene.passes(Duration.ofMinutes(2));
    scene.reads(server, scene.model(GIB), GIB);
    scene.passes(Duration.ofMinutes(2));

    assertThat(scene.sink.facts(EgressFacts.class)).isEmpty();
    assertThat(bytesSent()).isZero();
  }

  @Test
  void aProcessThatOnlyOpenedAModel_sendsWithoutATrace() {
    ProcessKey backup = scene.starts(10, "stat");
    scene.model(GIB);
    for (int minute = 0; minute < 30; minute++) {
      scene.sends(backup, 10 * MIB);
      scene.passes(Duration.ofMinutes(1));
    }

    assertThat(scene.sink.spans).isEmpty();
    assertThat(scene.sink.measurements).isEmpty();
    assertThat(scene.tracker.losses().byReason().values()).containsOnly(0L);
  }

  @Test
  void acceptedFlows_getSpansOnlyBeyondOneMebibyte() {
    ProcessKey server = loaded();
    Flow client = flow(PUBLIC, Role.ACCEPTED);
    scene.sends(server, client, MIB - 1);
    scene.passes(Duration.ofMinutes(2));
    assertThat(scene.sink.facts(EgressFacts.class)).isEmpty();
    assertThat(bytesSent()).isEqualTo(MIB - 1);

    scene.sends(server, client, 10);
    scene.passes(Duration.ofMinutes(2));

    EgressFacts sent = scene.sink.lastFacts(EgressFacts.class);
    assertThat(sent.peer()).isEqualTo("203.0.113.0/24");
    assertThat(sent.port()).isZero();
    assertThat(sent.totalBytes()).isEqualTo(MIB + 9);
  }

  @Test
  void acceptedFlows_ofAProcessPerConnection_addUp() {
    ProcessKey server = loaded();
    for (int child = 0; child < 10; child++) {
      ProcessKey worker = scene.forks(server, 100 + child, "server");
      scene.sends(worker, flow(PUBLIC, Role.ACCEPTED), MIB / 2);
      scene.ends(worker);
    }

    assertThat(scene.sink.facts(EgressFacts.class)).isNotEmpty();
    assertThat(scene.sink.lastFacts(EgressFacts.class).totalBytes()).isEqualTo(5 * MIB);
  }

  @Test
  void moreThan64Peers_areOther_andStayBounded() {
    ProcessKey scanner = loaded();
    for (int peer = 0; peer < 200; peer++) {
      scene.sends(scanner, flow(Cidr.parseAddress("203.0.113." + peer), Role.INITIATED), MIB);
      scene.passes(Duration.ofSeconds(2));
    }
    scene.passes(Duration.ofSeconds(31));

    List<EgressFacts> spans = scene.sink.facts(EgressFacts.class);
    Set<String> peers = new HashSet<>();
    spans.forEach(span -> peers.add(span.peer()));
    assertThat(peers).hasSize(65).contains("");
    assertThat(spans.stream().mapToLong(EgressFacts::sliceBytes).sum()).isEqualTo(200 * MIB);
    assertThat(spans)
        .filteredOn(span -> span.peer().isEmpty())
        .allSatisfy(span -> assertThat(span.port()).isZero());
  }

  @Test
  void manyPeersInOneSlice_areMergedByRoleAndScope() {
    ProcessKey scanner = loaded();
    for (int peer = 0; peer < 60; peer++) {
      scene.sends(scanner, flow(Cidr.parseAddress("203.0.113." + peer), Role.INITIATED), MIB);
    }
    scene.passes(Duration.ofSeconds(31));

    List<EgressFacts> spans = scene.sink.facts(EgressFacts.class);
    assertThat(spans).hasSizeLessThanOrEqualTo(33);
    assertThat(spans.stream().mapToLong(EgressFacts::sliceBytes).sum()).isEqualTo(60 * MIB);
  }

  @Test
  void localTraffic_isMeasuredWithoutSpan_loopbackHasSpans() {
    ProcessKey server = loaded();
    scene.sends(server, new Flow(null, 0, Transport.UNIX, Role.INITIATED, "local"), 5 * MIB);
    scene.sends(server, flow(Cidr.parseAddress("127.0.0.1"), Role.INITIATED), 6 * MIB);
    scene.passes(Duration.ofSeconds(31));

    assertThat(scene.sink.measured(NetworkIo.class))
        .extracting(NetworkIo::scope)
        .containsExactly(PeerScope.LOCAL, PeerScope.LOOPBACK);
    assertThat(scene.sink.facts(EgressFacts.class))
        .extracting(EgressFacts::scope)
        .containsExactly(PeerScope.LOOPBACK);
  }

  @Test
  void whileAModelIsMapped_theAgeIsZero() {
    ProcessKey server = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.maps(server, shard, GIB);
    scene.samples(server, shard, GIB);
    scene.passes(Duration.ofHours(2));
    scene.sends(server, MIB);
    scene.passes(Duration.ofSeconds(31));
    assertThat(scene.sink.lastFacts(EgressFacts.class).holding().ageSeconds()).isZero();

    scene.samples(server, shard, 0);
    scene.passes(Duration.ofHours(2));
    scene.sends(server, MIB);
    scene.passes(Duration.ofSeconds(31));
    assertThat(scene.sink.lastFacts(EgressFacts.class).holding().ageSeconds()).isGreaterThan(7200);
  }

  @Test
  void theLargestHeldModel_namesTheEgress() {
    ProcessKey server = scene.starts(10, "server");
    scene.accesses(server, scene.model(GIB), "/m/small/a.gguf", Direction.READ, MIB);
    scene.accesses(server, scene.model(GIB), "/m/large/b.gguf", Direction.READ, 2 * MIB);
    scene.sends(server, MIB);
    scene.passes(Duration.ofSeconds(31));

    Evidence egress = scene.sink.spansOf(EgressFacts.class).get(0);
    assertThat(egress.model()).isNotNull();
    assertThat(egress.model().name()).isEqualTo("large");
    Holding holding = ((EgressFacts) egress.facts()).holding();
    assertThat(holding.files()).isEqualTo(2);
    assertThat(holding.dataBytes()).isEqualTo(3 * MIB);
    assertThat(scene.sink.spansOf(Evidence.SessionFacts.class).get(0).model()).isNull();
  }

  private ProcessKey loaded() {
    ProcessKey server = scene.starts(10, "server");
    scene.reads(server, scene.model(GIB), GIB);
    return server;
  }

  private long bytesSent() {
    return scene.sink.measured(NetworkIo.class).stream().mapToLong(NetworkIo::bytes).sum();
  }
}
