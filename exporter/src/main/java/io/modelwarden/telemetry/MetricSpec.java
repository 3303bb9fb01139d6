// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/**
 * What is promised about a metric.
 *
 * @param unit in UCUM, as OpenTelemetry writes it: {@code By}, {@code s}, {@code {operation}}
 * @param attributes of its points, beside those of the resource
 */
public record MetricSpec(
    String name,
    Instrument instrument,
    String unit,
    String description,
    List<AttributeKey<?>> attributes) {

  public enum Instrument {
    COUNTER,
    UP_DOWN_COUNTER,
    GAUGE
  }

  /**
   * Values of series are whole numbers; a share is kept in so many parts. A share is never rounded
   * up to something that was not reached.
   */
  private static final double PARTS = 1e9;

  static long inParts(double share) {
    return (long) (share * PARTS);
  }

  /** Names of the attributes of its points. */
  public List<String> attributeNames() {
    return attributes.stream().map(AttributeKey::getKey).toList();
  }

  /** Whether its values are shares of one. */
  boolean isShare() {
    return instrument == Instrument.GAUGE && unit.equals("1");
  }

  /** A value as it is told. */
  double told(long value) {
    return isShare() ? value / PARTS : value;
  }

  /** The name under which Prometheus stores it, by OpenTelemetry's rules of translation. */
  public String prometheusName() {
    String translated = name.replace('.', '_');
    translated = withSuffix(translated, unitSuffix());
    return instrument == Instrument.COUNTER ? withSuffix(translated, "_total") : translated;
  }

  private String unitSuffix() {
    return switch (unit) {
      case "By" -> "_bytes";
      case "s" -> "_seconds";
      case "1" -> instrument == Instrument.GAUGE ? "_ratio" : "";
      default -> "";
    };
  }

  private static String withSuffix(String name, String suffix) {
    return name.endsWith(suffix) ? name : name + suffix;
  }
}
