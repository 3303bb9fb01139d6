// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process took of one file, or of a model in another way.
 *
 * @param model its size is 0 where no file of it is known; its name is empty where the kernel had
 *     no room to name the file
 * @param file path as the process sees it; or in brackets what it was if no file: {@code [memory of
 *     PID NAME]}, {@code [held: parent]} for who sends without having taken anything itself, {@code
 *     [uncounted]} for bytes of files without a name, {@code [more files]} for the smallest of many
 * @param fileSizeBytes 0 if there is no file
 * @param bytes read, and distinct bytes mapped
 * @param share of the model's size, 1 for all of it once; null where that is not known
 * @param bytesPerSecond over about the last five seconds
 */
public record Reading(
    ModelSet model,
    String file,
    long fileSizeBytes,
    long bytes,
    @Nullable Double share,
    long bytesPerSecond) {

  /** What {@link #file} is for the smallest of many. */
  public static final String MORE_FILES = "[more files]";

  /** Several as one: of their model, if that is the same. */
  static Reading sum(List<Reading> parts) {
    ModelSet model = parts.get(0).model;
    boolean one = parts.stream().allMatch(part -> part.model.equals(model));
    Thing more = Thing.more();
    long bytes = parts.stream().mapToLong(Reading::bytes).sum();
    return new Reading(
        one ? model : new ModelSet(more.model(), model.format(), 0),
        more.label(),
        0,
        bytes,
        one && model.sizeBytes() > 0 ? (double) bytes / model.sizeBytes() : null,
        parts.stream().mapToLong(Reading::bytesPerSecond).sum());
  }
}
