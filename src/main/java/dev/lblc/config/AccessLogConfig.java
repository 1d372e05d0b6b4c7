package dev.lblc.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The access log of a listener.
 *
 * @param format how a line is written
 * @param file to append to; null: standard output
 */
public record AccessLogConfig(Format format, @Nullable Path file) {
  /** How a line is written. */
  public enum Format {
    /** Columns with a space between them. */
    TEXT,
    /** An object of JSON. */
    JSON,
    /** The common log format of NCSA; for HTTP alone. */
    COMMON
  }

  /** What {@code true} stands for. */
  static final AccessLogConfig STANDARD = new AccessLogConfig(Format.TEXT, null);
}
