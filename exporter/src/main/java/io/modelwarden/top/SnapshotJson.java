// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** From snapshot to JSON and back. */
public final class SnapshotJson {

  /** Of the control characters JSON lets this one pass. */
  private static final int DELETE = 0x7f;

  // Names come from anywhere: nothing that steers a terminal reaches it by way of the JSON either.
  private static final JSON JSON_ASCII =
      JSON.builder(
              new JsonFactoryBuilder()
                  .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                  .characterEscapes(new Escapes())
                  .build())
          .build();

  private SnapshotJson() {}

  private static final class Escapes extends CharacterEscapes {
    private final int[] ascii = standardAsciiEscapesForJSON();

    Escapes() {
      ascii[DELETE] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return ascii;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
      return null;
    }
  }

  /** One line of printable ASCII with its line end. */
  public static byte[] write(Snapshot snapshot) {
    try {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      JSON_ASCII.write(snapshot, line);
      line.write('\n');
      return line.toByteArray();
    } catch (IOException impossible) {
      throw new IllegalStateException("a snapshot has no parts that cannot be written", impossible);
    }
  }

  /**
   * @throws IOException if it is not such a document
   */
  static Snapshot read(byte[] json) throws IOException {
    Snapshot snapshot = JSON_ASCII.beanFrom(Snapshot.class, json);
    if (snapshot == null || snapshot.schema() != Snapshot.SCHEMA) {
      throw new IOException("not of schema " + Snapshot.SCHEMA);
    }
    return snapshot;
  }
}
