// SPDX-License-Identifier: Apache-2.0
/** The policy: from a manifest that people write to what collector and Prometheus run. */
@NullMarked
package io.modelwarden.policy;

import org.jspecify.annotations.NullMarked;
