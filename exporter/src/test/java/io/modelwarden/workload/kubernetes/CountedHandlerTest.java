// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class CountedHandlerTest {

  @AutoClose private final Said said = new Said(CountedHandler.class);

  @Test
  void failures_areCountedAndSaidOnce_andEndNothing() {
    AtomicInteger failures = new AtomicInteger();
    List<String> taken = new ArrayList<>();
    CountedHandler<String> handler =
        new CountedHandler<>(new Picky(taken), failures::incrementAndGet);

    handler.onAdd("wrong");
    handler.onUpdate("good", "wrong");
    handler.onDelete("wrong", true);
    handler.onAdd("good");
    handler.onUpdate("good", "better");
    handler.onDelete("best", false);

    assertThat(failures).hasValue(3);
    assertThat(said.messages)
        .containsExactly("an object of the API server could not be taken over");
    assertThat(taken).containsExactly("good", "better", "best");
  }

  private record Picky(List<String> taken) implements ResourceEventHandler<String> {

    @Override
    public void onAdd(String added) {
      if (added.equals("wrong")) {
        throw new IllegalStateException(added);
      }
      taken.add(added);
    }

    @Override
    public void onUpdate(String before, String after) {
      onAdd(after);
    }

    @Override
    public void onDelete(String deleted, boolean finalStateUnknown) {
      onAdd(deleted);
    }
  }
}
