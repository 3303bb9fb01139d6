// SPDX-License-Identifier: Apache-2.0
/** What leaves the machine: names, spans, metric streams, log events, resources. */
@NullMarked
package io.modelwarden.telemetry;

import org.jspecify.annotations.NullMarked;
