// SPDX-License-Identifier: Apache-2.0
/** Looking at a running agent: the document that it serves, and the table that is drawn from it. */
@NullMarked
package io.modelwarden.top;

import org.jspecify.annotations.NullMarked;
