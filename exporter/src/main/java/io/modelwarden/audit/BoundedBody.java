// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that ends with an exception where it becomes too long. */
final class BoundedBody extends FilterInputStream {

  /** There is more than may be. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private long left;

  BoundedBody(InputStream body, long limit) {
    super(body);
    left = limit;
  }

  @Override
  public int read() throws IOException {
    int one = super.read();
    took(one < 0 ? 0 : 1);
    return one;
  }

  @Override
  public int read(byte[] to, int from, int length) throws IOException {
    int count = super.read(to, from, length);
    took(Math.max(count, 0));
    return count;
  }

  private void took(int bytes) throws TooLong {
    left -= bytes;
    if (left < 0) {
      throw new TooLong();
    }
  }
}
