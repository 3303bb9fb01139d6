// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrivilegesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "000001ffffffffff|OK|NET_ADMIN, SYS_PTRACE, SYS_ADMIN, PERFMON, BPF",
        "000000c000081000|OK|NET_ADMIN, SYS_PTRACE, PERFMON, BPF",
        "0000000000281000|OK|NET_ADMIN, SYS_PTRACE, SYS_ADMIN",
        "000000c000001000|WARN|without SYS_PTRACE files that only another process can reach are not looked into: add them",
        "000000c000080000|WARN|without NET_ADMIN receivers of unconnected datagrams are not seen: add them",
        "0000004000081000|FAIL|lacks BPF: run as root or add them",
        "0000000000000000|FAIL|lacks PERFMON, BPF: run as root or add them",
        "zz|WARN|unknown: mount /proc"
      })
  void capabilities_areJudgedByWhatTheAgentNeeds(
      String mask, Check.Status status, String sentence) {
    Check check = Privileges.capabilities("Name:\tjava\nCapEff:\t" + mask + "\n");
    assertThat(check.status()).isEqualTo(status);
    assertThat(check.sentence()).isEqualTo(sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[none] integrity confidentiality|OK",
        "none [integrity] confidentiality|OK",
        "none integrity [confidentiality]|FAIL",
        "''|OK"
      })
  void lockdown_matters_whenItForbidsReadingTheKernel(String text, Check.Status status) {
    assertThat(Privileges.lockdown(text).status()).isEqualTo(status);
  }
}
