// SPDX-License-Identifier: Apache-2.0
/** libbpf and the few system calls around it, through JNA. No other package knows JNA. */
@NullMarked
package io.modelwarden.libbpf;

import org.jspecify.annotations.NullMarked;
