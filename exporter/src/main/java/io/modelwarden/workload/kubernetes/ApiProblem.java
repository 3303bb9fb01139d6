// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** What the API server did not do, in one line with the remedy. */
final class ApiProblem {

  private ApiProblem() {}

  static String of(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !isAnswer(cause)) {
      cause = cause.getCause();
    }
    if (!isAnswer(cause)) {
      return "the API server cannot be asked (" + cause.getClass().getSimpleName() + ")";
    }
    int code = ((KubernetesClientException) cause).getCode();
    return switch (code) {
      case 401 -> "the API server does not know this account (401): look at its token";
      case 403 ->
          "the API server forbids it (403): allow list and watch of pods, get, list and watch of "
              + "namespaces, get of replicasets and jobs";
      default -> "the API server answers " + code;
    };
  }

  private static boolean isAnswer(Throwable cause) {
    return cause instanceof KubernetesClientException answer && answer.getCode() > 0;
  }
}
