// SPDX-License-Identifier: Apache-2.0
/** What is a model file, and which model a person means by it. Imports nothing of ours. */
@NullMarked
package io.modelwarden.model;

import org.jspecify.annotations.NullMarked;
