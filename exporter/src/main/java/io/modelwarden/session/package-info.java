// SPDX-License-Identifier: Apache-2.0
/** Access sessions, lineage and running totals: from kernel events to the facts on evidence. */
@NullMarked
package io.modelwarden.session;

import org.jspecify.annotations.NullMarked;
