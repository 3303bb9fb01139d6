// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.event;

/**
 * A version of a file that is a model or may be one.
 *
 * @param id never reused, given by the kernel side
 * @param device device of the super block
 * @param channel by which data go on from who writes it to who reads it, if it is no model
 * @param format label of the format ("safetensors"), "unknown" where nothing tells
 * @param modelName of the model as the store of the file says, empty if it says nothing
 * @param fingerprint of its content, equal for copies; empty until it could be taken
 */
public record FileFacts(
    int id,
    long device,
    long inode,
    long channel,
    long sizeBytes,
    Verdict verdict,
    String format,
    String modelName,
    String fingerprint) {

  public enum Verdict {
    UNDECIDED,
    MODEL,
    ORDINARY
  }
}
