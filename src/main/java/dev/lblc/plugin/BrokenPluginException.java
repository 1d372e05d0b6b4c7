package dev.lblc.plugin;

/** A plugin cannot be used; the message, one line, names it and says why. */
public final class BrokenPluginException extends RuntimeException {
  BrokenPluginException(String plugin, String reason, Throwable cause) {
    super("plugin " + plugin + ": " + reason, cause);
  }

  BrokenPluginException(String plugin, String reason) {
    super("plugin " + plugin + ": " + reason);
  }
}
