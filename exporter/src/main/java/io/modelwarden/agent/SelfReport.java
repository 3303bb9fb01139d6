// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.probe.BlindSpotCounts;
import io.modelwarden.probe.KernelLosses;
import io.modelwarden.probe.KernelPoller;
import io.modelwarden.probe.KernelSide;
import io.modelwarden.probe.ProbeStatus;
import io.modelwarden.session.AccessTracker;
import io.modelwarden.telemetry.HostIdentity;
import io.modelwarden.telemetry.MetricNames;
import io.modelwarden.telemetry.Sample;
import io.modelwarden.telemetry.SelfMetrics;
import io.modelwarden.top.AgentState;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Registers what the agent says about itself: every loss from zero on. */
final class SelfReport {

  private SelfReport() {}

  static void register(
      SelfMetrics self,
      KernelSide kernel,
      KernelPoller poller,
      AccessTracker tracker,
      KeptHolders kept) {
    KernelLosses losses = new KernelLosses(kernel);
    losses.reasons().forEach(reason -> self.loss(reason, () -> losses.count(reason)));
    BlindSpotCounts spots = new BlindSpotCounts(kernel);
    for (String kind : spots.kinds()) {
      self.observe(MetricNames.AGENT_BLIND_SPOTS, () -> spots.count(kind), kind);
    }
    self.observe(MetricNames.AGENT_HOMELESS, () -> losses.homelessBytes("read_bytes"), "read");
    self.observe(MetricNames.AGENT_HOMELESS, () -> losses.homelessBytes("sent_bytes"), "transmit");
    tracker
        .losses()
        .byReason()
        .keySet()
        .forEach(reason -> self.loss(reason, () -> tracker.losses().byReason().get(reason)));
    self.loss("file_unreachable", poller::undecidedForEver);
    self.loss("touched_unreadable", poller::touchesUnread);
    self.loss("state_unread", kept::unread);
    self.loss("state_unwritten", kept::unwritten);
    self.loss("state_full", kept::left);
    self.loss("idle_channel_evicted", poller::channelsEvicted);
    kernel.statuses().forEach(probe -> register(self, kernel, probe));
    self.loss("probe_missed", () -> misses(kernel));
    OwnProcess.register(self);
    poller
        .doorbells()
        .forEach(
            (kind, count) -> self.observe(MetricNames.AGENT_EVENTS, () -> count.getAsLong(), kind));
    self.observe(MetricNames.AGENT_RING_USAGE, poller::ringPendingBytes);
    self.observe(MetricNames.AGENT_PROCESSES_ARMED, poller::armedProcesses);
    self.observe(MetricNames.AGENT_MAP_ENTRIES, poller::armedProcesses, "processes");
    self.observe(MetricNames.AGENT_MAP_ENTRIES, poller::knownFiles, "files");
    self.observe(MetricNames.AGENT_MAP_ENTRIES, poller::knownChannels, "channels");
    self.observe(MetricNames.AGENT_MAP_ENTRIES, poller::knownCgroups, "cgroup_verdicts");
    for (String map :
        new String[] {
          "processes",
          "files",
          "accesses",
          "mappings",
          "flows",
          "memory_reads",
          "cgroup_verdicts",
          "channels"
        }) {
      self.observe(MetricNames.AGENT_MAP_CAPACITY, () -> kernel.capacity(map), map);
    }
  }

  /** The same in short, for looking at it live. */
  static AgentState state(
      SelfMetrics self,
      KernelSide kernel,
      KernelPoller poller,
      AccessTracker tracker,
      Duration uptime) {
    Map<String, Long> losses = new TreeMap<>();
    for (Sample sample : self.samples()) {
      if (sample.metric().equals(MetricNames.AGENT_LOSSES) && sample.value() > 0) {
        losses.put(sample.attributes().values().iterator().next(), (long) sample.value());
      }
    }
    return new AgentState(
        VersionCommand.VERSION,
        HostIdentity.detect().name(),
        ProcessHandle.current().pid(),
        uptime.toMillis() / 1e3,
        kernel.statuses().size(),
        (int) kernel.statuses().stream().filter(ProbeStatus::attached).count(),
        poller.armedProcesses(),
        tracker.marksHeld(),
        losses);
  }

  private static void register(SelfMetrics self, KernelSide kernel, ProbeStatus probe) {
    String name = probe.name();
    self.observe(MetricNames.AGENT_PROBE_ATTACHED, () -> probe.attached() ? 1 : 0, name);
    self.observe(MetricNames.AGENT_PROBE_MISSES, () -> kernel.misses(name), name);
    self.observe(
        MetricNames.AGENT_PROBE_RUN_TIME, () -> (double) kernel.runTimeNanos(name) / 1e9, name);
  }

  private static long misses(KernelSide kernel) {
    return kernel.statuses().stream().mapToLong(probe -> kernel.misses(probe.name())).sum();
  }
}
