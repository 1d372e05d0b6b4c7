package dev.lblc.cli;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;

/** Whether somebody looks at what this process prints. */
final class Terminal {
  private Terminal() {}

  /** Returns whether input and output are a terminal. */
  @SuppressWarnings(
      "SystemConsoleNull") // asked below, where there may be a console without a terminal
  static boolean isThere() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // Since JDK 22, where there is always a console.
      return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Console.isTerminal cannot be asked", e);
    }
  }
}
