// SPDX-License-Identifier: Apache-2.0
/** Receives the audit events of a Kubernetes API server and keeps those of who entered a pod. */
@NullMarked
package io.modelwarden.audit;

import org.jspecify.annotations.NullMarked;
