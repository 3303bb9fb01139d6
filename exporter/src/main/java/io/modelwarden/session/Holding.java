// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/**
 * The model data that a process' lineage holds.
 *
 * @param dataBytes bytes read + distinct bytes mapped, over the window of totals; the size of the
 *     model where nobody saw them being taken; 0 if that is not known either
 * @param ageSeconds since the last read; 0 while a model is mapped
 * @param files number of distinct files
 */
public record Holding(long dataBytes, double ageSeconds, int files, Via via) {

  Holding withAtLeast(long bytes) {
    return new Holding(Math.max(dataBytes, bytes), ageSeconds, files, via);
  }

  Holding withAge(double seconds) {
    return new Holding(dataBytes, seconds, files, via);
  }
}
