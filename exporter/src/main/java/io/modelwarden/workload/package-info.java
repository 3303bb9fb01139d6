// SPDX-License-Identifier: Apache-2.0
/** Whose process it was: from a cgroup to a workload. */
@NullMarked
package io.modelwarden.workload;

import org.jspecify.annotations.NullMarked;
