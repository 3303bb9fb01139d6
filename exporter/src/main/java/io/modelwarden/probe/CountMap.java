// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.libbpf.BpfMap;

/** Counts by key, wherever they lie. */
interface CountMap {

  int keyBytes();

  /** Hands on every key and its count. */
  void forEach(BpfMap.EntryConsumer consumer);

  void delete(byte[] key);

  /** One whose values are the counts. */
  static CountMap of(BpfMap map) {
    return new CountMap() {
      @Override
      public int keyBytes() {
        return map.keyBytes();
      }

      @Override
      public void forEach(BpfMap.EntryConsumer consumer) {
        map.forEach(consumer);
      }

      @Override
      public void delete(byte[] key) {
        map.delete(key);
      }
    };
  }
}
