// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cases are those of Kubernetes' own labels.Parse. */
class LabelSelectorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "app|app=x|true",
        "app|tier=x|false",
        "!app|tier=x|true",
        "! app|app=x|false",
        "app=x|app=x|true",
        "app==x|app=x|true",
        "app = x|app=y|false",
        "app=|app=|true",
        "app=|tier=x|false",
        "app!=x|app=x|false",
        "app!=x|app=y|true",
        "app!=x|tier=x|true",
        "app in (a,b)|app=b|true",
        "app in(a , b)|app=c|false",
        "app in (a)|tier=a|false",
        "app in (,a)|app=|true",
        "app notin (a,b)|app=b|false",
        "app notin (a,b)|tier=b|true",
        "in in (in)|in=in|true",
        "app=in|app=in|true",
        "cards>4|cards=5|true",
        "cards>4|cards=4|false",
        "cards<4|cards=3|true",
        "cards<4|cards=few|false",
        "cards>4|app=5|false",
        "example.com/app.kubernetes=x_y.z|example.com/app.kubernetes=x_y.z|true",
        "app in (a,b), tier!=x, !canary|app=a;tier=y|true",
        "app in (a,b), tier!=x, !canary|app=a;tier=y;canary=|false",
        "app in (a,b),tier!=x,!canary|app=a;tier=x|false"
      })
  void selector_matchesAsInKubernetes(String selector, String labels, boolean expected) {
    assertThat(LabelSelector.parse(selector).matches(labels(labels))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|needs the key of a label at its end",
        "app,|needs the key of a label at its end",
        ",app|needs the key of a label at ',app'",
        "app in (a|needs a closing parenthesis at its end",
        "app in a|needs values in parentheses at 'a'",
        "app within (a)|needs one of =, ==, !=, in, notin, <, > at 'within (a)'",
        "app=a b|needs a comma at 'b'",
        "app=a=b|needs a comma at '=b'",
        "!app=a|needs a comma at '=a'",
        "-app|needs the key of a label at '-app'",
        "app=-a|needs the value of a label at '-a'",
        "cards>many|needs a whole number at 'many'",
        "cards>99999999999999999999|needs a whole number at '99999999999999999999'",
        "app in (a))|needs a comma at ')'",
        "a/b/c|needs the key of a label at 'a/b/c'"
      })
  void whatIsNoSelector_isRefusedWithThePlaceAndTheRemedy(String selector, String problem) {
    assertThatThrownBy(() -> LabelSelector.parse(selector))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(problem + ": write it as for kubectl get -l");
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new HashMap<>();
    for (String pair : text.split(";")) {
      int equals = pair.indexOf('=');
      labels.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return labels;
  }
}
