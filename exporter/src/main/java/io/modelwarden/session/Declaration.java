// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/**
 * That a process holds a model without reading a file.
 *
 * @param sizeBytes of the model; 0 if it is not told
 */
public record Declaration(String model, long sizeBytes) {}
