package dev.lblc.gateway.log;

import dev.lblc.config.AccessLogConfig;
import org.jspecify.annotations.Nullable;

/** How a line of the access log is written. Has no state; may be used from any thread. */
interface LineFormat {
  /** As many characters as a line has of one text; longer ones are cut. */
  int LONGEST_TEXT = 2048;

  /** Returns the format that a configuration names. */
  static LineFormat of(AccessLogConfig.Format format) {
    return switch (format) {
      case TEXT -> new TextFormat();
      case JSON -> new JsonFormat();
      case COMMON -> new CommonFormat();
    };
  }

  /**
   * Writes a line, without its end.
   *
   * @param listener name of the listener
   * @param epochMillis the time of the end
   */
  void write(String listener, long epochMillis, AccessFacts facts, LineBuffer to);

  /** Returns a target without its query. */
  static @Nullable String path(@Nullable String target) {
    int question = target == null ? -1 : target.indexOf('?');
    return target != null && question >= 0 ? target.substring(0, question) : target;
  }
}
