// SPDX-License-Identifier: Apache-2.0
/** Layouts out of a compiled BPF object: bytes in, fields by name out. Imports nothing of ours. */
@NullMarked
package io.modelwarden.btf;

import org.jspecify.annotations.NullMarked;
