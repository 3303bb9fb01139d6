// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static io.modelwarden.telemetry.SpanNames.label;

import io.modelwarden.event.Flow.Role;
import io.modelwarden.event.Flow.Transport;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.session.Evidence;
import io.modelwarden.session.Evidence.BlindSpotFacts;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Evidence.MemoryFacts;
import io.modelwarden.session.Holding;
import io.modelwarden.session.ModelSet;
import io.modelwarden.session.ProcessOrigin;
import io.modelwarden.workload.CgroupPath;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The facts of one piece of evidence in the words of the schema. */
final class EvidenceAttributes {

  private EvidenceAttributes() {}

  /**
   * @param allowedExecutables pattern of the workload's namespace, empty if there is none
   */
  static Attributes of(Evidence evidence, String allowedExecutables) {
    AttributesBuilder to = Attributes.builder();
    putText(to, AttributeNames.OPERATION, SpanNames.operationOf(evidence.facts()));
    putModel(to, evidence.model());
    putProcess(to, evidence.process());
    to.put(
        AttributeNames.PROCESS_ORIGIN,
        label(ProcessOrigin.of(evidence.process(), evidence.workload())));
    to.put(AttributeNames.PHASE, label(evidence.phase()));
    putText(to, AttributeNames.ALLOWED_EXECUTABLES, allowedExecutables);
    if (evidence.facts() instanceof FileAccessFacts file) {
      putFile(to, file);
    } else if (evidence.facts() instanceof EgressFacts egress) {
      putEgress(to, egress);
    } else if (evidence.facts() instanceof MemoryFacts memory) {
      putMemory(to, memory);
    } else if (evidence.facts() instanceof BlindSpotFacts spot) {
      putBlindSpot(to, spot);
    }
    return to.build();
  }

  private static void putModel(AttributesBuilder to, @Nullable ModelSet model) {
    if (model != null) {
      to.put(AttributeNames.MODEL_NAME, model.name());
      putSize(to, AttributeNames.MODEL_SIZE, model.sizeBytes());
    }
  }

  private static void putProcess(AttributesBuilder to, ProcessFacts process) {
    to.put(AttributeNames.PROCESS_PID, (long) process.key().pid());
    to.put(AttributeNames.PROCESS_CREATION_TIME, iso(process.startEpochNanos()));
    putText(to, AttributeNames.EXECUTABLE_NAME, process.executableName());
    putText(to, AttributeNames.EXECUTABLE_PATH, process.executablePath());
    to.put(AttributeNames.PARENT_PID, (long) process.parentPid());
    putText(to, AttributeNames.CONTAINER_ID, CgroupPath.parse(process.cgroupPath()).containerId());
    to.put(AttributeNames.USER_ID, Integer.toUnsignedLong(process.userId()));
  }

  private static void putFile(AttributesBuilder to, FileAccessFacts file) {
    to.put(AttributeNames.FILE_PATH, file.path());
    to.put(AttributeNames.FILE_SIZE, file.fileSizeBytes());
    to.put(AttributeNames.FILE_INODE, Long.toUnsignedString(file.inode()));
    putText(to, AttributeNames.FILE_ID, file.fingerprint());
    switch (file.action()) {
      case READ -> to.put(AttributeNames.FILE_READ_SIZE, file.sliceBytes());
      case MMAP -> to.put(AttributeNames.FILE_MAPPED_SIZE, file.sliceBytes());
      case WRITE -> to.put(AttributeNames.FILE_WRITE_SIZE, file.sliceBytes());
    }
    if (file.action() != Evidence.Action.WRITE) {
      to.put(AttributeNames.READ_TOTAL, file.totalReadBytes());
      to.put(AttributeNames.FILE_READ_COVERAGE, file.coverage());
    }
  }

  private static void putEgress(AttributesBuilder to, EgressFacts egress) {
    putText(to, AttributeNames.PEER_ADDRESS, egress.peer());
    // The port of an accepted peer is a number of the moment, that of an older socket may be one.
    if (egress.role() == Role.INITIATED && egress.port() != 0) {
      to.put(AttributeNames.PEER_PORT, (long) egress.port());
    }
    to.put(AttributeNames.TRANSPORT, label(egress.transport()));
    putNetworkType(to, egress.transport(), egress.ipv6());
    putText(to, AttributeNames.FILE_PATH, egress.path());
    to.put(AttributeNames.NETWORK_ROLE, label(egress.role()));
    to.put(AttributeNames.PEER_SCOPE, label(egress.scope()));
    to.put(AttributeNames.TRANSMIT_SIZE, egress.sliceBytes());
    to.put(AttributeNames.TRANSMIT_TOTAL, egress.totalBytes());
    putHolding(to, egress.holding());
  }

  private static void putMemory(AttributesBuilder to, MemoryFacts memory) {
    to.put(AttributeNames.MEMORY_METHOD, memory.method());
    to.put(AttributeNames.MEMORY_READ_SIZE, memory.sliceBytes());
    to.put(AttributeNames.MEMORY_READ_TOTAL, memory.totalBytes());
    to.put(AttributeNames.TARGET_PID, (long) memory.victim().key().pid());
    putText(to, AttributeNames.TARGET_EXECUTABLE_NAME, memory.victim().executableName());
    to.put(AttributeNames.TARGET_HOLDS_MODEL, memory.victimHoldsModel());
    to.put(AttributeNames.TARGET_SAME_CONTAINER, memory.sameContainer());
    putHolding(to, memory.victimHolding());
  }

  private static void putBlindSpot(AttributesBuilder to, BlindSpotFacts spot) {
    to.put(AttributeNames.BLIND_SPOT_KIND, spot.kind());
    putText(to, AttributeNames.BLIND_SPOT_DEVICE, spot.device());
    to.put(AttributeNames.BLIND_SPOT_SIZE, spot.bytes());
  }

  private static void putHolding(AttributesBuilder to, Holding holding) {
    putSize(to, AttributeNames.MODEL_DATA_SIZE, holding.dataBytes());
    to.put(AttributeNames.MODEL_DATA_AGE, holding.ageSeconds());
    to.put(AttributeNames.MODEL_DATA_FILES, (long) holding.files());
    to.put(AttributeNames.MODEL_DATA_VIA, label(holding.via()));
  }

  /** A size that nobody knows is absent: zero would look like nothing. */
  private static void putSize(AttributesBuilder to, AttributeKey<Long> key, long bytes) {
    if (bytes > 0) {
      to.put(key, bytes);
    }
  }

  static void putNetworkType(AttributesBuilder to, Transport transport, boolean ipv6) {
    if (transport != Transport.UNIX && transport != Transport.PIPE) {
      to.put(AttributeNames.NETWORK_TYPE, ipv6 ? "ipv6" : "ipv4");
    }
  }

  private static void putText(AttributesBuilder to, AttributeKey<String> key, String value) {
    if (!value.isEmpty()) {
      to.put(key, value);
    }
  }

  private static String iso(long epochNanos) {
    return Instant.ofEpochSecond(0, epochNanos).toString();
  }
}
