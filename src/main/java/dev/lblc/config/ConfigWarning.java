package dev.lblc.config;

/**
 * A warning: a valid configuration that hardly does what its author wants.
 *
 * @param path JSON path of the value, such as {@code $.services.images.servers}
 * @param message what happens, and what to set instead
 */
public record ConfigWarning(String path, String message) {
  @Override
  public String toString() {
    return path + ": " + message;
  }
}
