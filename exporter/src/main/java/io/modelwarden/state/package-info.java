// SPDX-License-Identifier: Apache-2.0
/** What outlives the agent: a file in which it leaves to the next one who holds which model. */
@NullMarked
package io.modelwarden.state;

import org.jspecify.annotations.NullMarked;
