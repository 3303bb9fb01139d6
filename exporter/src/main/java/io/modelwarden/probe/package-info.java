// SPDX-License-Identifier: Apache-2.0
/** The kernel side as seen from Java: loads it, says what attached, turns its maps into events. */
@NullMarked
package io.modelwarden.probe;

import org.jspecify.annotations.NullMarked;
