// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import java.util.Map;

/**
 * The present value of one series, for whoever publishes it by other means than OTLP.
 *
 * @param attributes of the resource, where it is a workload's, and of the point
 */
public record Sample(MetricSpec metric, Map<String, String> attributes, double value) {}
