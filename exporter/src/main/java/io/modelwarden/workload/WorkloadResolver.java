// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

/** Says to which workload a process belongs. Called on the poll's thread: never blocks. */
@FunctionalInterface
public interface WorkloadResolver {

  Workload resolve(ProcessPlace place);
}
