package dev.lblc.config;

import dev.lblc.PublicApi;

/**
 * One fault of a configuration.
 *
 * @param source the file, or another name for where the JSON came from
 * @param path JSON path of the faulty value, such as {@code $.services.images.servers[0].weight}
 * @param value the value found, as text
 * @param expected what would have been right
 */
@PublicApi
public record ConfigError(String source, String path, String value, String expected) {
  @Override
  public String toString() {
    return source + ": " + path + ": " + value + " (expected: " + expected + ")";
  }
}
