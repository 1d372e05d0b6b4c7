package dev.lblc.config;

/**
 * A warning: a valid configuration that hardly does what its author wants.
 *
 * @param path JSON path of the value, such as {@code $.services.images.servers}
 * @param message what happens, and what to set instead
 * @param severity how bad it is
 */
public record ConfigWarning(String path, String message, Severity severity) {
  /** How bad it is. A gateway starts in either case. */
  public enum Severity {
    /** May be meant so. */
    WARNING,
    /** Cannot be meant so: clients or nodes fail. The check of a file fails, too. */
    ERROR
  }

  /** Creates a warning that may be meant so. */
  ConfigWarning(String path, String message) {
    this(path, message, Severity.WARNING);
  }

  @Override
  public String toString() {
    return path + ": " + message;
  }
}
