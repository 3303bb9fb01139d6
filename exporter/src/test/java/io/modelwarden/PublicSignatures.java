// SPDX-License-Identifier: Apache-2.0
package io.modelwarden;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.stream.Stream;

/** Looks at the parameters and results of what other packages can call. */
final class PublicSignatures extends ArchCondition<JavaClass> {

  private final String library;

  private PublicSignatures(String library) {
    super("show no type of " + library + " in public signatures");
    this.library = library;
  }

  static PublicSignatures without(String library) {
    return new PublicSignatures(library);
  }

  @Override
  public void check(JavaClass type, ConditionEvents events) {
    boolean hidden =
        type.getEnclosingClass()
            .map(outer -> !outer.getModifiers().contains(JavaModifier.PUBLIC))
            .orElse(false);
    if (hidden) {
      return;
    }
    for (JavaCodeUnit unit : type.getCodeUnits()) {
      boolean shown =
          Stream.concat(unit.getRawParameterTypes().stream(), Stream.of(unit.getRawReturnType()))
              .anyMatch(used -> used.getPackageName().startsWith(library));
      if (unit.getModifiers().contains(JavaModifier.PUBLIC) && shown) {
        events.add(SimpleConditionEvent.violated(type, unit.getFullName() + " shows " + library));
      }
    }
  }
}
