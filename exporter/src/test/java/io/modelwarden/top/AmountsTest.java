// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {

  @ParameterizedTest
  @CsvSource({
    "0, -",
    "1, 1 B",
    "999, 999 B",
    "1000, 1.0 kB",
    "999949, 999.9 kB",
    "999950, 1.0 MB",
    "60000000, 60.0 MB",
    "140000000000, 140.0 GB",
    "1500000000000, 1.5 TB",
    "9223372036854775807, 9223.4 PB"
  })
  void bytes_areDecimal(long bytes, String text) {
    assertThat(Amounts.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, -",
    "0.0000001, <0.1%",
    "0.0123, 1.2%",
    "0.29, 29%",
    "0.75, 75%",
    "0.98999, 98%",
    "0.9999999, 99.9%",
    "1, 100%",
    "1.5, 150%",
    "9.99, 999%",
    "12.9, 12x"
  })
  void shares_areNeverMoreThanThereIs(double share, String text) {
    assertThat(Amounts.share(share)).isEqualTo(text);
  }

  @Test
  void anUnknownShare_isNoZero() {
    assertThat(Amounts.share(null)).isEqualTo("?");
  }

  @ParameterizedTest
  @CsvSource({"0.9, 0s", "59.9, 59s", "61, 1m 01s", "8000, 2h 13m", "93600, 1d 02h"})
  void durations_haveTwoUnits(double seconds, String text) {
    assertThat(Amounts.duration(seconds)).isEqualTo(text);
  }
}
