// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static io.modelwarden.telemetry.MetricSpec.Instrument.COUNTER;
import static io.modelwarden.telemetry.MetricSpec.Instrument.GAUGE;
import static io.modelwarden.telemetry.MetricSpec.Instrument.UP_DOWN_COUNTER;

import io.modelwarden.telemetry.MetricSpec.Instrument;
import io.opentelemetry.api.common.AttributeKey;
import java.util.ArrayList;
import java.util.List;

/** Every metric that the agent or its collector configuration makes. */
public final class MetricNames {

  private static final List<MetricSpec> defined = new ArrayList<>();

  public static final MetricSpec FILE_IO =
      define(
          "modelwarden.file.io",
          COUNTER,
          "By",
          "Bytes of model files read and written by calls; with the method fault those that were"
              + " touched of a mapping, at the least: a part of what modelwarden.file.mapped counts,"
              + " never to be added to it",
          AttributeNames.FILE_PATH,
          AttributeNames.MODEL_NAME,
          AttributeNames.IO_DIRECTION,
          AttributeNames.EXECUTABLE_NAME,
          AttributeNames.PROCESS_ORIGIN,
          AttributeNames.PHASE,
          AttributeNames.IO_METHOD);
  public static final MetricSpec FILE_OPERATIONS =
      define(
          "modelwarden.file.operations",
          COUNTER,
          "{operation}",
          "Calls that read or wrote model files",
          AttributeNames.FILE_PATH,
          AttributeNames.MODEL_NAME,
          AttributeNames.IO_DIRECTION,
          AttributeNames.EXECUTABLE_NAME,
          AttributeNames.PROCESS_ORIGIN,
          AttributeNames.PHASE,
          AttributeNames.IO_METHOD);
  public static final MetricSpec FILE_MAPPED =
      define(
          "modelwarden.file.mapped",
          COUNTER,
          "By",
          "Distinct ranges of model files newly mapped, per process and file: the upper bound of "
              + "what was read through a mapping; the lower is modelwarden.file.io with the method fault",
          AttributeNames.FILE_PATH,
          AttributeNames.MODEL_NAME,
          AttributeNames.EXECUTABLE_NAME,
          AttributeNames.PROCESS_ORIGIN,
          AttributeNames.PHASE);
  public static final MetricSpec FILE_MAPPING_SIZE =
      define(
          "modelwarden.file.mapping.size",
          UP_DOWN_COUNTER,
          "By",
          "Bytes of model files mapped now, sampled",
          AttributeNames.FILE_PATH,
          AttributeNames.MODEL_NAME,
          AttributeNames.EXECUTABLE_NAME,
          AttributeNames.PROCESS_ORIGIN,
          AttributeNames.PHASE);
  public static final MetricSpec FILE_READ_COVERAGE =
      define(
          "modelwarden.file.read.coverage",
          GAUGE,
          "1",
          "Distinct share of a model that a workload has read or mapped since the agent's start: no "
              + "more than was taken, and no less than what was distinct of it",
          AttributeNames.MODEL_NAME,
          AttributeNames.PROCESS_ORIGIN,
          AttributeNames.PHASE);
  public static final MetricSpec FILE_SIZE =
      define(
          "modelwarden.file.size",
          GAUGE,
          "By",
          "Size of a model file",
          AttributeNames.FILE_PATH,
          AttributeNames.MODEL_NAME);
  public static final MetricSpec MODEL_SIZE =
      define(
          "modelwarden.model.size",
          GAUGE,
          "By",
          "Size of a model, each distinct file once",
          AttributeNames.MODEL_NAME,
          AttributeNames.MODEL_FORMAT);
  public static final MetricSpec NETWORK_IO =
      define(
          "modelwarden.network.io",
          COUNTER,
          "By",
          "Bytes sent by processes that hold a model",
          AttributeNames.NETWORK_IO_DIRECTION,
          AttributeNames.TRANSPORT,
          AttributeNames.NETWORK_TYPE,
          AttributeNames.NETWORK_ROLE,
          AttributeNames.PEER_SCOPE,
          AttributeNames.MODEL_NAME,
          AttributeNames.EXECUTABLE_NAME);
  public static final MetricSpec MEMORY_READ =
      define(
          "modelwarden.memory.read",
          COUNTER,
          "By",
          "Bytes of another process' memory that were read",
          AttributeNames.MEMORY_METHOD,
          AttributeNames.EXECUTABLE_NAME,
          AttributeNames.PROCESS_ORIGIN,
          AttributeNames.TARGET_HOLDS_MODEL,
          AttributeNames.TARGET_SAME_CONTAINER,
          AttributeNames.MODEL_NAME);
  public static final MetricSpec MEMORY_OPERATIONS =
      define(
          "modelwarden.memory.operations",
          COUNTER,
          "{operation}",
          "Calls that read another process' memory or took a descriptor from it",
          AttributeNames.MEMORY_METHOD,
          AttributeNames.EXECUTABLE_NAME,
          AttributeNames.PROCESS_ORIGIN,
          AttributeNames.TARGET_HOLDS_MODEL,
          AttributeNames.TARGET_SAME_CONTAINER,
          AttributeNames.MODEL_NAME);
  public static final MetricSpec DETECTIONS =
      define(
          "modelwarden.detections",
          COUNTER,
          "{detection}",
          "Findings; made by the collector",
          AttributeNames.RULE_NAME,
          AttributeNames.COLLECTOR_ID);

  public static final MetricSpec AGENT_INFO =
      define(
          "modelwarden.agent.info",
          GAUGE,
          "",
          "1, with what is running",
          AttributeNames.AGENT_VERSION,
          AttributeNames.KERNEL_RELEASE,
          AttributeNames.SCHEMA_VERSION);
  public static final MetricSpec AGENT_HEARTBEAT =
      define("modelwarden.agent.heartbeat", GAUGE, "s", "Unix time of the export");
  public static final MetricSpec AGENT_CLOCK_AHEAD =
      define(
          "modelwarden.agent.clock.ahead",
          GAUGE,
          "s",
          "How far exported times are ahead of the node's clock, because that was set back");
  public static final MetricSpec AGENT_EVENTS =
      define(
          "modelwarden.agent.events",
          COUNTER,
          "{event}",
          "Doorbells taken from the kernel's ring: each says that something new lies in the maps",
          AttributeNames.EVENT_KIND);
  public static final MetricSpec PROCESS_CPU_TIME =
      define(
          "process.cpu.time",
          COUNTER,
          "s",
          "Processor time of the agent, without that of the kernel's programs in others' calls",
          AttributeNames.CPU_MODE);
  public static final MetricSpec PROCESS_MEMORY_USAGE =
      define(
          "process.memory.usage",
          UP_DOWN_COUNTER,
          "By",
          "Resident memory of the agent, without the kernel's maps");
  public static final MetricSpec AGENT_LOSSES =
      define(
          "modelwarden.agent.losses",
          COUNTER,
          "{loss}",
          "Whatever was not seen, not resolved or not delivered",
          AttributeNames.LOSS_REASON);
  public static final MetricSpec AGENT_BLIND_SPOTS =
      define(
          "modelwarden.agent.blind_spots",
          COUNTER,
          "{preparation}",
          "How often somebody on this node prepared a way on which bytes are not counted by file",
          AttributeNames.BLIND_SPOT_KIND);
  public static final MetricSpec AGENT_HOMELESS =
      define(
          "modelwarden.agent.homeless",
          COUNTER,
          "By",
          "Bytes that found no room in the kernel's maps and belong to no known process",
          AttributeNames.IO_DIRECTION);
  public static final MetricSpec AGENT_PROBE_ATTACHED =
      define(
          "modelwarden.agent.probe.attached",
          GAUGE,
          "{probe}",
          "1 if the probe is attached, else 0",
          AttributeNames.PROBE_NAME);
  public static final MetricSpec AGENT_PROBE_MISSES =
      define(
          "modelwarden.agent.probe.misses",
          COUNTER,
          "{miss}",
          "Runs of a probe that the kernel left out",
          AttributeNames.PROBE_NAME);
  public static final MetricSpec AGENT_PROBE_RUN_TIME =
      define(
          "modelwarden.agent.probe.run_time",
          COUNTER,
          "s",
          "Time spent in the kernel's programs, where the kernel keeps it",
          AttributeNames.PROBE_NAME);
  public static final MetricSpec AGENT_MAP_ENTRIES =
      define(
          "modelwarden.agent.map.entries",
          GAUGE,
          "{entry}",
          "Entries of a kernel map",
          AttributeNames.MAP_NAME);
  public static final MetricSpec AGENT_MAP_CAPACITY =
      define(
          "modelwarden.agent.map.capacity",
          GAUGE,
          "{entry}",
          "Most entries that a kernel map can have",
          AttributeNames.MAP_NAME);
  public static final MetricSpec AGENT_RING_USAGE =
      define("modelwarden.agent.ring.usage", GAUGE, "By", "Bytes waiting in the ring");
  public static final MetricSpec AGENT_PROCESSES_ARMED =
      define(
          "modelwarden.agent.processes.armed",
          GAUGE,
          "{process}",
          "Processes that hold a model or may");
  public static final MetricSpec AGENT_EXPORT_FAILURES =
      define(
          "modelwarden.agent.export.failures",
          COUNTER,
          "{item}",
          "Spans, log records and metrics in batches that were given up; metrics heal",
          AttributeNames.SIGNAL);
  public static final MetricSpec AGENT_RESOLUTION_FAILURES =
      define(
          "modelwarden.agent.resolution.failures",
          COUNTER,
          "{failure}",
          "Names that could not be found",
          AttributeNames.RESOLUTION_KIND);
  public static final MetricSpec AGENT_KUBERNETES_WATCHING =
      define(
          "modelwarden.agent.kubernetes.watching",
          GAUGE,
          "{watch}",
          "1 while the API server tells of this node's pods, else 0; absent without a cluster");
  public static final MetricSpec AGENT_VALUES_CLAMPED =
      define(
          "modelwarden.agent.values.clamped",
          COUNTER,
          "{value}",
          "Values out of range that were cut to it",
          AttributeNames.CLAMP_KIND);
  public static final MetricSpec AGENT_SERIES_ACTIVE =
      define(
          "modelwarden.agent.series.active",
          GAUGE,
          "{series}",
          "Series that a metric has now",
          AttributeNames.METRIC_NAME);
  public static final MetricSpec AGENT_SERIES_OVERFLOW =
      define(
          "modelwarden.agent.series.overflow",
          COUNTER,
          "{measurement}",
          "Measurements that went to the overflow point because the series limit was reached",
          AttributeNames.METRIC_NAME);

  public static final MetricSpec AUDIT_REQUESTS =
      define(
          "modelwarden.audit.requests",
          COUNTER,
          "{request}",
          "What the API server posted to `modelwarden audit`, by what became of it",
          AttributeNames.AUDIT_OUTCOME);
  public static final MetricSpec AUDIT_RECORDS =
      define(
          "modelwarden.audit.records",
          COUNTER,
          "{record}",
          "Audit records that `modelwarden audit` received, by what became of them",
          AttributeNames.AUDIT_OUTCOME);

  private MetricNames() {}

  /** All of them, in the order of the reference page. */
  public static List<MetricSpec> all() {
    return List.copyOf(defined);
  }

  private static MetricSpec define(
      String name,
      Instrument instrument,
      String unit,
      String description,
      AttributeKey<?>... attributes) {
    MetricSpec spec = new MetricSpec(name, instrument, unit, description, List.of(attributes));
    defined.add(spec);
    return spec;
  }
}
