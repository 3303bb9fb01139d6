// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Flow;
import io.modelwarden.event.Increment;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.workload.Workload;
import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Counts what holders of a model send and makes the spans of it. */
final class EgressTracker {

  private static final String OTHER = "";

  /** Answers of a server are many and small: only flows beyond this get spans. */
  private static final long ACCEPTED_SPAN_BYTES = 1 << 20;

  private record TotalKey(Workload workload, PeerScope scope, Flow.Role role) {}

  private record AcceptedKey(Workload workload, PeerScope scope, String peer) {}

  private record SliceKey(
      ProcessKey process, String peer, Flow.Transport transport, Flow.Role role, PeerScope scope) {}

  private record CoarserKey(Flow.Role role, PeerScope scope) {}

  private final Context context;
  private final Sessions sessions;
  private final SizeGauges sizes;
  private final RunningTotals<TotalKey> totals;
  private final RunningTotals<AcceptedKey> accepted;
  private volatile PeerScopes scopes;

  EgressTracker(Context context, Sessions sessions, SizeGauges sizes, PeerScopes scopes) {
    this.context = context;
    this.sessions = sessions;
    this.sizes = sizes;
    this.scopes = scopes;
    this.totals = context.newTotals();
    this.accepted = context.newTotals();
  }

  void setScopes(PeerScopes scopes) {
    this.scopes = scopes;
  }

  void sent(TrackedProcess process, Flow flow, Increment increment) {
    if (process.holds()) {
      record(process, flow, increment);
    } else {
      process.pending.add(flow, increment, context);
    }
  }

  void renamed(Workload before, Workload after) {
    totals.rekey(
        key -> key.workload().equals(before) ? new TotalKey(after, key.scope(), key.role()) : key);
    accepted.rekey(
        key ->
            key.workload().equals(before) ? new AcceptedKey(after, key.scope(), key.peer()) : key);
  }

  void ended(Workload workload) {
    totals.removeIf(key -> key.workload().equals(workload));
    accepted.removeIf(key -> key.workload().equals(workload));
  }

  /** What it sent while its first read still ran counts as well. */
  void firstHolding(TrackedProcess process) {
    process.pending.drain(
        process.holdsSinceEpochNanos(),
        context.settings(),
        (flow, increment) -> record(process, flow, increment));
  }

  private void record(TrackedProcess process, Flow flow, Increment increment) {
    PeerScope scope = scopes.scope(flow);
    String model = process.largestModel();
    measure(process, flow, scope, model, increment);
    ModelSet set = context.catalog().set(model);
    if (set.sizeBytes() > 0) { // of what is held without reading a file nobody else tells it
      sizes.model(process.workload, set, increment.lastEpochNanos());
    }
    totals.add(new TotalKey(process.workload, scope, flow.role()), increment.bytes());
    String shown = shown(flow);
    context.live().sent(process, new Activity.Destination(shown, flow.port(), scope), increment);
    if (scope == PeerScope.LOCAL) {
      return;
    }
    int peers = context.settings().limits().peersPerProcess();
    String peer = shown.isEmpty() || process.showsPeer(shown, peers) ? shown : OTHER;
    if (flow.role() == Flow.Role.ACCEPTED
        && accepted.add(new AcceptedKey(process.workload, scope, peer), increment.bytes())
            < ACCEPTED_SPAN_BYTES) {
      return;
    }
    slice(process, flow, scope, peer, model, increment);
  }

  private void slice(
      TrackedProcess process,
      Flow flow,
      PeerScope scope,
      String peer,
      String model,
      Increment increment) {
    Slice slice =
        sessions.add(
            process,
            new SliceKey(process.key(), peer, flow.transport(), flow.role(), scope),
            new CoarserKey(flow.role(), scope),
            increment);
    boolean other = slice.merged || peer.equals(OTHER);
    double age = process.holding(increment.lastEpochNanos(), context.catalog()).ageSeconds();
    slice.describe(
        model,
        context.phase(process, model),
        process.lineage.readSpansOutside(slice.identity, model),
        bytes ->
            new EgressFacts(
                other ? OTHER : peer,
                other ? 0 : flow.port(),
                flow.peer() instanceof Inet6Address,
                flow.transport(),
                flow.role(),
                scope,
                process.lineage.onlyPath(),
                bytes,
                totals.get(new TotalKey(process.workload, scope, flow.role())),
                // What is held is a running total like what was sent: both are those of the end.
                process.holding(increment.lastEpochNanos(), context.catalog()).withAge(age)));
  }

  private void measure(
      TrackedProcess process, Flow flow, PeerScope scope, String model, Increment increment) {
    context
        .sink()
        .measure(
            new Measurement.NetworkIo(
                process.workload,
                increment.firstEpochNanos(),
                flow.transport(),
                flow.peer() instanceof Inet6Address,
                flow.role(),
                scope,
                model,
                process.executable(),
                increment.bytes()));
  }

  private String shown(Flow flow) {
    @Nullable InetAddress peer = flow.peer();
    if (peer == null) {
      return OTHER;
    }
    boolean cut = flow.role() == Flow.Role.ACCEPTED && !context.settings().fullPeerAddresses();
    return cut ? PeerAddresses.network(peer) : PeerAddresses.text(peer);
  }
}
