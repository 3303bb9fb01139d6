// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import java.util.Set;

/**
 * Whether bytes begin a ModelProto (onnx.proto). There is no magic number, so its fields are walked
 * up to the graph, and the graph must look like one and be most of the file.
 */
final class OnnxHead {

  private static final int VARINT = 0;
  private static final int BYTES = 2;
  private static final int IR_VERSION = 1;
  private static final int MODEL_VERSION = 5;
  private static final int DOC_STRING = 6;
  private static final int GRAPH = 7;
  private static final int OPSET_IMPORT = 8;
  private static final int NEWEST_IR_VERSION = 30;
  private static final int LONGEST_NAME = 256;
  // node, name, initializer, doc_string, input, output, value_info, quantization, sparse, metadata
  private static final Set<Long> GRAPH_FIELDS =
      Set.of(1L, 2L, 5L, 10L, 11L, 12L, 13L, 14L, 15L, 16L);

  private final byte[] head;
  private final long sizeBytes;
  private int at;
  private boolean damaged;

  private OnnxHead(byte[] head, long sizeBytes) {
    this.head = head;
    this.sizeBytes = sizeBytes;
  }

  static boolean matches(byte[] head, long sizeBytes) {
    return new OnnxHead(head, sizeBytes).walk();
  }

  private boolean walk() {
    if (varint() != (IR_VERSION << 3 | VARINT)) {
      return false;
    }
    long version = varint();
    if (version < 1 || version > NEWEST_IR_VERSION) {
      return false;
    }
    while (!damaged && at < head.length) {
      long tag = varint();
      int field = (int) (tag >>> 3);
      boolean isBytes = (tag & 7) == BYTES;
      if (field == GRAPH && isBytes) {
        return isGraph(varint());
      }
      boolean known =
          isBytes
              ? field > IR_VERSION && field <= OPSET_IMPORT && field != MODEL_VERSION && skip(field)
              : tag == (MODEL_VERSION << 3 | VARINT) && varint() >= 0;
      if (!known) {
        return false;
      }
    }
    return false;
  }

  private boolean skip(int field) {
    long length = varint();
    if (damaged || length < 0 || length > head.length - at) {
      return false;
    }
    int end = at + (int) length;
    boolean isName = field < MODEL_VERSION;
    for (int i = at; isName && i < end; i++) {
      if (head[i] < ' ') { // no ASCII: names of producers and domains are
        return false;
      }
    }
    at = end;
    return field == DOC_STRING || length <= LONGEST_NAME;
  }

  private boolean isGraph(long length) {
    if (damaged || length < sizeBytes / 2 || length > sizeBytes - at) {
      return false;
    }
    long tag = varint();
    long first = varint();
    return !damaged
        && (tag & 7) == BYTES
        && GRAPH_FIELDS.contains(tag >>> 3)
        && first >= 0
        && first < length;
  }

  /** The next number; -1 and damaged behind the end or if it has more than nine bytes. */
  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 63 && at < head.length; shift += 7) {
      byte next = head[at++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    damaged = true;
    return -1;
  }
}
