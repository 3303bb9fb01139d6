// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.event;

/** Takes events on the poll's thread, in order. */
@FunctionalInterface
public interface EventSink {
  void accept(KernelEvent event);
}
