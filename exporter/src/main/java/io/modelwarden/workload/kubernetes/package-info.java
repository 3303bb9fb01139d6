// SPDX-License-Identifier: Apache-2.0
/** Names of pods from the API server. Loaded only where there is a cluster. */
@NullMarked
package io.modelwarden.workload.kubernetes;

import org.jspecify.annotations.NullMarked;
