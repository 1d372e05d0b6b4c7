package dev.lblc.config;

/**
 * Something in a valid configuration that will hardly do what is wanted.
 *
 * @param path JSON path of what is meant, such as {@code $.services.images.servers}
 * @param message what happens, and what to set instead
 */
public record ConfigWarning(String path, String message) {
  @Override
  public String toString() {
    return path + ": " + message;
  }
}
