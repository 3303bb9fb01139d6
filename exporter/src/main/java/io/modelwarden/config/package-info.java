// SPDX-License-Identifier: Apache-2.0
/** Settings with their defaults, rules and messages. Imports nothing of ours. */
@NullMarked
package io.modelwarden.config;

import org.jspecify.annotations.NullMarked;
