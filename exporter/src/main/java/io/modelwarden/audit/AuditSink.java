// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import java.util.List;

/** Takes what was received. */
@FunctionalInterface
public interface AuditSink {

  /** All of them, or, where there is no room for all, none and false. Never waits. */
  boolean take(List<AuditRecord> records);
}
