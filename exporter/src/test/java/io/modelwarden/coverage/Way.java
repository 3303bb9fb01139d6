// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.coverage;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A way to take a model that this test plays: a line of docs/coverage.md. Tests that play the same
 * way say the same of it and share the line.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Way.List.class)
public @interface Way {

  /** What the thief does. */
  String value();

  Kind of();

  Bytes bytes();

  /** None where nothing is seen. */
  Hook[] by() default {};

  /** Words in the display names of those invocations that play it; none: all of them do. */
  String[] when() default {};

  /** What the reader of the page has to know beside it. */
  String note() default "";

  /** Several ways of one test. */
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @interface List {
    Way[] value();
  }
}
