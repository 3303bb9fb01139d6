// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Counts what a handler fails with, which the client would pass over in silence. */
final class CountedHandler<T> implements ResourceEventHandler<T> {

  private static final Logger logger = Logger.getLogger(CountedHandler.class.getName());

  private final ResourceEventHandler<T> handler;
  private final Runnable failed;
  private boolean isSaid;

  CountedHandler(ResourceEventHandler<T> handler, Runnable failed) {
    this.handler = handler;
    this.failed = failed;
  }

  @Override
  public void onAdd(T added) {
    counted(() -> handler.onAdd(added));
  }

  @Override
  public void onUpdate(T before, T after) {
    counted(() -> handler.onUpdate(before, after));
  }

  @Override
  public void onDelete(T deleted, boolean finalStateUnknown) {
    counted(() -> handler.onDelete(deleted, finalStateUnknown));
  }

  private void counted(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException failure) { // of one object: the next ones are told all the same
      failed.run();
      if (!isSaid) {
        isSaid = true;
        logger.log(Level.WARNING, "an object of the API server could not be taken over", failure);
      }
    }
  }
}
