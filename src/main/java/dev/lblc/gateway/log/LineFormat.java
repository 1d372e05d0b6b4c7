package dev.lblc.gateway.log;

import dev.lblc.config.AccessLogConfig;

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

  /** Returns as much of a text as a line has of it. */
  static int shown(String text) {
    return Math.min(text.length(), LONGEST_TEXT);
  }

  /** The same of a target, without its query. */
  static int shownPath(String target) {
    int question = target.indexOf('?');
    return Math.min(question < 0 ? target.length() : question, LONGEST_TEXT);
  }
}
