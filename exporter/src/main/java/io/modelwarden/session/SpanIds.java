// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.concurrent.ThreadLocalRandom;

/** Random ids of traces and spans, never zero, as W3C Trace Context wants them. */
final class SpanIds {

  private SpanIds() {}

  static SpanIdentity root() {
    return new SpanIdentity(random(), random(), random());
  }

  static SpanIdentity childOf(SpanIdentity parent) {
    return new SpanIdentity(parent.traceHigh(), parent.traceLow(), random());
  }

  private static long random() {
    long value;
    do {
      value = ThreadLocalRandom.current().nextLong();
    } while (value == 0);
    return value;
  }
}
