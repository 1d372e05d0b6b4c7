package dev.lblc.plugin;

/** A plugin cannot be used; the message, one line, names it and says why. */
public final class BrokenPluginException extends RuntimeException {
  /** A cause of a cause, and so on, is looked for no further than that: a chain may end in itself. */
  private static final int MOST_CAUSES = 100;

  /** With what is at the bottom of the cause. */
  BrokenPluginException(String plugin, String reason, Throwable cause) {
    super("plugin " + plugin + ": " + reason + ": " + reason(cause), cause);
  }

  BrokenPluginException(String plugin, String reason) {
    super("plugin " + plugin + ": " + reason);
  }

  /** What was thrown and what is at the bottom of it, each with its type, in one line. */
  public static String reason(Throwable thrown) {
    Throwable outer = thrown;
    Throwable root = thrown;
    for (int i = 0; i < MOST_CAUSES && root.getCause() != null; i++) {
      root = root.getCause();
      // Those that say nothing, as of reflection and of static initialisers, only wrap it.
      outer = outer.getMessage() == null ? root : outer;
    }
    String told = outer.toString();
    String bottom = root.toString();
    return (told.contains(bottom) ? told : told + ": " + bottom).replaceAll("\\s*\\R\\s*", " ");
  }

  /**
   * Throws what no plugin is to be blamed for, such as a lack of memory; returns at everything else that a plugin may
   * throw. A stack that overflows is the plugin's own.
   */
  static void passOn(Throwable thrown) {
    if (thrown instanceof VirtualMachineError fatal && !(thrown instanceof StackOverflowError)) {
      throw fatal;
    }
  }
}
