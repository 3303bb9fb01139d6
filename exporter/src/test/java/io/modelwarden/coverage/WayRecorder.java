// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.coverage;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Notes each way that a test has played. JUnit finds it by META-INF/services. */
public final class WayRecorder implements TestExecutionListener {

  private final PlayedWays played =
      new PlayedWays(Path.of(System.getProperty("modelwarden.repository", "..")));

  @Override
  public void executionStarted(TestIdentifier test) {
    if (test.getSource().orElse(null) instanceof ClassSource source) {
      played.begin(source.getJavaClass());
    }
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isTest() && test.getSource().orElse(null) instanceof MethodSource source) {
      boolean passed = result.getStatus() == Status.SUCCESSFUL;
      Method method = source.getJavaMethod();
      for (Way way : method.getAnnotationsByType(Way.class)) {
        if (plays(test.getDisplayName(), way.when())) {
          Class<?> testClass = source.getJavaClass();
          played.add(testClass, PlayedWay.of(way, testClass, method.getName()), passed);
        }
      }
    }
  }

  /** Whole words: `read` is not a part of `pread64`. */
  static boolean plays(String displayName, String... when) {
    return when.length == 0 || Arrays.stream(when).anyMatch(words -> has(displayName, words));
  }

  private static boolean has(String displayName, String words) {
    return Pattern.compile("(?<!\\w)" + Pattern.quote(words) + "(?!\\w)")
        .matcher(displayName)
        .find();
  }
}
