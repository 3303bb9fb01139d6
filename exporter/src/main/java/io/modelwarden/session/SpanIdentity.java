// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/** W3C ids in lower-case hex: 32 digits of the trace, 16 of the span. */
public record SpanIdentity(String traceId, String spanId) {}
