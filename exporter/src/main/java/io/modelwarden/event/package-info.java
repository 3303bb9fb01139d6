// SPDX-License-Identifier: Apache-2.0
/** What happened in the kernel, as immutable records. Imports nothing of ours. */
@NullMarked
package io.modelwarden.event;

import org.jspecify.annotations.NullMarked;
