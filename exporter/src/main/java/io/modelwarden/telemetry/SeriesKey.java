// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static io.modelwarden.telemetry.SpanNames.label;

import io.modelwarden.event.Flow.Role;
import io.modelwarden.event.Flow.Transport;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.session.PeerScope;
import io.modelwarden.session.Phase;
import io.modelwarden.session.ProcessOrigin;
import io.modelwarden.workload.Workload;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What makes a series of one metric itself. Cheap to make and compare, because one is made for each
 * measurement; the attributes are made once for each series.
 */
sealed interface SeriesKey {

  /** Stands for what an attribute would have said, once there are too many of them. */
  String FOLDED = "other";

  Workload workload();

  String model();

  Attributes attributes();

  /** The same of another workload. */
  SeriesKey of(Workload other);

  /** The same without what has no bound: paths and names of executables. */
  SeriesKey folded();

  /**
   * Series of file.io, file.operations, file.mapped and file.mapping.size.
   *
   * @param path empty where it is not known, or not told
   * @param direction null where the metric has none
   * @param method null where the metric has none
   */
  record FileSeries(
      Workload workload,
      String path,
      String model,
      @Nullable Direction direction,
      String executable,
      ProcessOrigin origin,
      Phase phase,
      @Nullable String method)
      implements SeriesKey {

    @Override
    public Attributes attributes() {
      AttributesBuilder to =
          Attributes.builder()
              .put(AttributeNames.MODEL_NAME, model)
              .put(AttributeNames.EXECUTABLE_NAME, executable)
              .put(AttributeNames.PROCESS_ORIGIN, label(origin))
              .put(AttributeNames.PHASE, label(phase));
      if (!path.isEmpty()) {
        to.put(AttributeNames.FILE_PATH, path);
      }
      if (direction != null) {
        to.put(AttributeNames.IO_DIRECTION, label(direction));
      }
      if (method != null) {
        to.put(AttributeNames.IO_METHOD, method);
      }
      return to.build();
    }

    @Override
    public SeriesKey of(Workload other) {
      ProcessOrigin now = origin.in(other);
      return new FileSeries(
          other, path, model, direction, executable, now, phase.after(origin, now), method);
    }

    @Override
    public SeriesKey folded() {
      String together = path.isEmpty() ? path : FOLDED;
      return new FileSeries(workload, together, model, direction, FOLDED, origin, phase, method);
    }
  }

  /** Series of file.read.coverage. */
  record CoverageSeries(Workload workload, String model, ProcessOrigin origin, Phase phase)
      implements SeriesKey {

    @Override
    public Attributes attributes() {
      return Attributes.of(
          AttributeNames.MODEL_NAME,
          model,
          AttributeNames.PROCESS_ORIGIN,
          label(origin),
          AttributeNames.PHASE,
          label(phase));
    }

    @Override
    public SeriesKey of(Workload other) {
      ProcessOrigin now = origin.in(other);
      return new CoverageSeries(other, model, now, phase.after(origin, now));
    }

    @Override
    public SeriesKey folded() {
      return this;
    }
  }

  /** Series of file.size. */
  record FileSizeSeries(Workload workload, String path, String model) implements SeriesKey {

    @Override
    public Attributes attributes() {
      return Attributes.of(AttributeNames.FILE_PATH, path, AttributeNames.MODEL_NAME, model);
    }

    @Override
    public SeriesKey of(Workload other) {
      return new FileSizeSeries(other, path, model);
    }

    @Override
    public SeriesKey folded() {
      return new FileSizeSeries(workload, FOLDED, model);
    }
  }

  /** Series of model.size. */
  record ModelSizeSeries(Workload workload, String model, String format) implements SeriesKey {

    @Override
    public Attributes attributes() {
      return Attributes.of(AttributeNames.MODEL_NAME, model, AttributeNames.MODEL_FORMAT, format);
    }

    @Override
    public SeriesKey of(Workload other) {
      return new ModelSizeSeries(other, model, format);
    }

    @Override
    public SeriesKey folded() {
      return this;
    }
  }

  /** Series of network.io. */
  record NetworkSeries(
      Workload workload,
      Transport transport,
      boolean ipv6,
      Role role,
      PeerScope scope,
      String model,
      String executable)
      implements SeriesKey {

    @Override
    public Attributes attributes() {
      AttributesBuilder to =
          Attributes.builder()
              .put(AttributeNames.NETWORK_IO_DIRECTION, "transmit")
              .put(AttributeNames.TRANSPORT, label(transport))
              .put(AttributeNames.NETWORK_ROLE, label(role))
              .put(AttributeNames.PEER_SCOPE, label(scope))
              .put(AttributeNames.MODEL_NAME, model)
              .put(AttributeNames.EXECUTABLE_NAME, executable);
      EvidenceAttributes.putNetworkType(to, transport, ipv6);
      return to.build();
    }

    @Override
    public SeriesKey of(Workload other) {
      return new NetworkSeries(other, transport, ipv6, role, scope, model, executable);
    }

    @Override
    public SeriesKey folded() {
      return new NetworkSeries(workload, transport, ipv6, role, scope, model, FOLDED);
    }
  }

  /** Series of memory.read and memory.operations. */
  record MemorySeries(
      Workload workload,
      String method,
      String executable,
      ProcessOrigin origin,
      boolean targetHoldsModel,
      boolean sameContainer,
      String model)
      implements SeriesKey {

    @Override
    public Attributes attributes() {
      return Attributes.builder()
          .put(AttributeNames.MEMORY_METHOD, method)
          .put(AttributeNames.EXECUTABLE_NAME, executable)
          .put(AttributeNames.PROCESS_ORIGIN, label(origin))
          .put(AttributeNames.TARGET_HOLDS_MODEL, targetHoldsModel)
          .put(AttributeNames.TARGET_SAME_CONTAINER, sameContainer)
          .put(AttributeNames.MODEL_NAME, model)
          .build();
    }

    @Override
    public SeriesKey of(Workload other) {
      return new MemorySeries(
          other, method, executable, origin.in(other), targetHoldsModel, sameContainer, model);
    }

    @Override
    public SeriesKey folded() {
      return new MemorySeries(
          workload, method, FOLDED, origin, targetHoldsModel, sameContainer, model);
    }
  }
}
