// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.event.Flow.Role;
import io.modelwarden.session.Evidence;
import io.modelwarden.session.Evidence.BlindSpotFacts;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Evidence.MemoryFacts;
import io.modelwarden.session.Evidence.SessionFacts;
import io.opentelemetry.api.trace.SpanKind;
import java.util.List;
import java.util.Locale;

/** Names, kinds and operations of spans, and the names of log events. */
public final class SpanNames {

  public static final String SESSION = "model_access";
  public static final String READ_MEMORY = "read_memory process";

  public static final String OPERATION_READ = "read";
  public static final String OPERATION_MMAP = "mmap";
  public static final String OPERATION_WRITE = "write";
  public static final String OPERATION_EGRESS = "egress";
  public static final String OPERATION_READ_MEMORY = "read_memory";
  public static final String OPERATION_BLIND_SPOT = "blind_spot";

  public static final String EVENT_FILE_ACCESS = "modelwarden.file.access";
  public static final String EVENT_MEMORY_ACCESS = "modelwarden.memory.access";
  public static final String EVENT_NETWORK_EGRESS = "modelwarden.network.egress";
  public static final String EVENT_BLIND_SPOT = "modelwarden.blind_spot";
  public static final String EVENT_AUDIT_EXEC = "modelwarden.audit.exec";

  private SpanNames() {}

  public static List<String> operations() {
    return List.of(
        OPERATION_READ,
        OPERATION_MMAP,
        OPERATION_WRITE,
        OPERATION_EGRESS,
        OPERATION_READ_MEMORY,
        OPERATION_BLIND_SPOT);
  }

  public static List<String> events() {
    return List.of(
        EVENT_FILE_ACCESS,
        EVENT_MEMORY_ACCESS,
        EVENT_NETWORK_EGRESS,
        EVENT_BLIND_SPOT,
        EVENT_AUDIT_EXEC);
  }

  /** Never holds a path, an address or anything else without bound. */
  static String nameOf(Evidence.Facts facts) {
    if (facts instanceof FileAccessFacts file) {
      return operationOf(file.action()) + " " + file.format();
    }
    if (facts instanceof EgressFacts egress) {
      return "send " + label(egress.transport());
    }
    if (facts instanceof BlindSpotFacts spot) {
      return OPERATION_BLIND_SPOT + " " + spot.kind();
    }
    return facts instanceof MemoryFacts ? READ_MEMORY : SESSION;
  }

  static SpanKind kindOf(Evidence.Facts facts) {
    if (!(facts instanceof EgressFacts egress) || egress.role() == Role.UNKNOWN) {
      return SpanKind.INTERNAL;
    }
    return egress.role() == Role.INITIATED ? SpanKind.CLIENT : SpanKind.SERVER;
  }

  /** Empty on the root of a session, which is no operation. */
  static String operationOf(Evidence.Facts facts) {
    if (facts instanceof FileAccessFacts file) {
      return operationOf(file.action());
    }
    if (facts instanceof EgressFacts) {
      return OPERATION_EGRESS;
    }
    if (facts instanceof BlindSpotFacts) {
      return OPERATION_BLIND_SPOT;
    }
    return facts instanceof SessionFacts ? "" : OPERATION_READ_MEMORY;
  }

  private static String operationOf(Evidence.Action action) {
    return switch (action) {
      case READ -> OPERATION_READ;
      case MMAP -> OPERATION_MMAP;
      case WRITE -> OPERATION_WRITE;
    };
  }

  /** An enumeration's constant as it goes over the wire; thousands of series share the text. */
  static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).intern();
  }
}
