// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.btf;

import java.util.Map;

/** A struct of the object, with the fields of nested structs under names such as {@code a.b}. */
public record StructLayout(String name, int sizeBytes, Map<String, Field> fields) {

  /** A field of an integer; refuses what is not there, not an integer or of another width. */
  public Field integer(String field, int sizeBytes) {
    Field found = field(field);
    if (!found.integer() || found.sizeBytes() != sizeBytes || found.count() != 1) {
      throw mismatch(field, "one integer of " + sizeBytes + " bytes", found);
    }
    return found;
  }

  /** An array of bytes of at least one element. */
  public Field bytes(String field) {
    Field found = field(field);
    if (!found.integer() || found.sizeBytes() != 1) {
      throw mismatch(field, "an array of bytes", found);
    }
    return found;
  }

  /** The offset of a nested struct or any other field. */
  public Field field(String field) {
    Field found = fields.get(field);
    if (found == null) {
      throw new BtfException(
          "struct " + name + " has no field " + field + ": the object and this program differ");
    }
    return found;
  }

  private BtfException mismatch(String field, String expected, Field found) {
    return new BtfException(
        "struct %s, field %s: expected %s, found %d x %d bytes of %s: the object and this program differ"
            .formatted(
                name,
                field,
                expected,
                found.count(),
                found.sizeBytes(),
                found.integer() ? "integer" : "struct or pointer"));
  }
}
