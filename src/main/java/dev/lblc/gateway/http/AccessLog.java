package dev.lblc.gateway.http;

import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for each exchange to the logger {@code dev.lblc.access}: client, method, path without query, protocol,
 * status, bytes of body sent, milliseconds, service, server, reason of the choice, and why it failed; a dash for what is
 * not known. Columns are separated by a space, and only the last may have spaces in it. Nothing that a client sends can
 * start a line or a column: such characters are escaped. Never a destination, a header or a query.
 */
final class AccessLog {
  private static final Logger LOG = LoggerFactory.getLogger("dev.lblc.access");
  private static final int LONGEST_TEXT = 2048;

  private AccessLog() {}

  static boolean isOn() {
    return LOG.isInfoEnabled();
  }

  /**
   * Writes a line.
   *
   * @param path as the client sent it, with or without a query
   */
  static void write(
      String client,
      String method,
      @Nullable String path,
      @Nullable HttpVersion version,
      int status,
      long bytes,
      long nanos,
      @Nullable String service,
      @Nullable String server,
      @Nullable String reason,
      @Nullable String failure) {
    StringBuilder line = new StringBuilder(160);
    text(line, client).append(' ');
    text(line, method).append(' ');
    text(line, withoutQuery(path)).append(' ');
    line.append(protocol(version))
        .append(' ')
        .append(status)
        .append(' ')
        .append(bytes)
        .append(' ');
    millis(line, nanos).append(' ');
    text(line, service).append(' ');
    text(line, server).append(' ');
    line.append(reason == null ? "-" : reason).append(' ');
    line.append(failure == null ? "-" : failure);
    LOG.info("{}", line);
  }

  private static @Nullable String withoutQuery(@Nullable String path) {
    int question = path == null ? -1 : path.indexOf('?');
    return path != null && question >= 0 ? path.substring(0, question) : path;
  }

  private static String protocol(@Nullable HttpVersion version) {
    if (version == null) {
      return "-";
    }
    return switch (version) {
      case HTTP_1_0 -> "HTTP/1.0";
      case HTTP_1_1 -> "HTTP/1.1";
      case HTTP_2 -> "HTTP/2";
    };
  }

  private static StringBuilder millis(StringBuilder line, long nanos) {
    long tenths = nanos / 100_000;
    return line.append(tenths / 10).append('.').append(tenths % 10);
  }

  private static StringBuilder text(StringBuilder line, @Nullable String text) {
    if (text == null || text.isEmpty()) {
      return line.append('-');
    }
    int length = Math.min(text.length(), LONGEST_TEXT);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c > ' ' && c < 0x7f && c != '\\') {
        line.append(c);
      } else {
        line.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          line.append(Character.forDigit((c >> shift) & 0xf, 16));
        }
      }
    }
    return line;
  }
}
