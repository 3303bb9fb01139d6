// SPDX-License-Identifier: Apache-2.0
/** The process: command line, wiring, health. Imports all; nobody imports it. */
@NullMarked
package io.modelwarden.agent;

import org.jspecify.annotations.NullMarked;
