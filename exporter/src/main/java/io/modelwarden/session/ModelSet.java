// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/**
 * The set of files that a person means by a model.
 *
 * @param sizeBytes of all its known files, each distinct file once
 */
public record ModelSet(String name, String format, long sizeBytes) {}
