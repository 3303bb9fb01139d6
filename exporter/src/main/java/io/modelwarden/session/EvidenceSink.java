// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/** Takes what sessions conclude; never blocks, because it is called on the poll's thread. */
public interface EvidenceSink {

  void span(Evidence evidence);

  void measure(Measurement measurement);
}
