// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;

import io.modelwarden.system.CollectorOutput;
import java.util.Map;
import java.util.stream.Stream;

/** Who has read a file, as the collector was told. */
record Reader(String namespace, String pod, String container, String executable, String origin) {

  /** Bytes by the counters. */
  static Map<Reader, Long> counted(CollectorOutput collector, String file) {
    return bytes(reads(collector, file));
  }

  /** Bytes by the evidence. */
  static Map<Reader, Long> seen(CollectorOutput collector, String file) {
    return bytes(spans(collector, file));
  }

  /** Bytes of a model that left by the output of exec sessions, by the evidence. */
  static Map<Reader, Long> printed(CollectorOutput collector, String model) {
    return bytes(
        Series.ofSpans(collector, "send pipe", "modelwarden.network.transmit.size")
            .filter(span -> span.of("modelwarden.network.peer.scope").equals("exec_stdio"))
            .filter(span -> span.of("modelwarden.model.name").equals(model)));
  }

  static Stream<Series> reads(CollectorOutput collector, String file) {
    return Series.ofMetric(collector, "modelwarden.file.io")
        .filter(series -> isOf(series, file) && series.of("disk.io.direction").equals("read"))
        .filter(series -> !series.of("modelwarden.io.method").equals("fault"));
  }

  static Stream<Series> spans(CollectorOutput collector, String file) {
    return Series.ofSpans(collector, "read safetensors", "modelwarden.file.read.size")
        .filter(span -> isOf(span, file));
  }

  /** Each reader has a path of its own to it. */
  private static boolean isOf(Series series, String file) {
    return series.of("file.path").endsWith("/" + file);
  }

  private static Map<Reader, Long> bytes(Stream<Series> series) {
    return series.collect(groupingBy(Reader::of, summingLong(Series::value)));
  }

  private static Reader of(Series series) {
    return new Reader(
        series.owner("k8s.namespace.name"),
        series.owner("k8s.pod.name"),
        series.owner("k8s.container.name"),
        series.of("process.executable.name"),
        series.of("modelwarden.process.origin"));
  }
}
