// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.HexFormat;

/**
 * W3C ids of a trace and a span, neither of them zero. Numbers: thousands of spans may wait for a
 * collector, and their ids as text would be a third of that.
 */
public record SpanIdentity(long traceHigh, long traceLow, long span) {

  /**
   * @param traceId 32 hexadecimal digits
   * @param spanId 16 hexadecimal digits
   */
  public static SpanIdentity parse(String traceId, String spanId) {
    return new SpanIdentity(
        HexFormat.fromHexDigitsToLong(traceId, 0, 16),
        HexFormat.fromHexDigitsToLong(traceId, 16, 32),
        HexFormat.fromHexDigitsToLong(spanId));
  }

  /** 32 hexadecimal digits, lower case. */
  public String traceId() {
    return HexFormat.of().toHexDigits(traceHigh) + HexFormat.of().toHexDigits(traceLow);
  }

  /** 16 hexadecimal digits, lower case. */
  public String spanId() {
    return HexFormat.of().toHexDigits(span);
  }

  boolean isOfTrace(SpanIdentity other) {
    return traceHigh == other.traceHigh && traceLow == other.traceLow;
  }
}
