// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.List;

/**
 * Who takes models at one moment.
 *
 * @param readers those that took and sent most come first
 * @param readersLeftOut further ones, with less
 * @param endedForgotten readers that ended, and were dropped within the five minutes that they are
 *     kept for because too many others ended; since the start
 */
public record LiveView(List<Reader> readers, int readersLeftOut, long endedForgotten) {}
