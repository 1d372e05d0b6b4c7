package dev.lblc.config;

import dev.lblc.config.AccessLogConfig.Format;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The reader of {@code accessLog} of a listener. */
final class AccessLogReader {
  private static final String EXPECTED = "true, false, or an object with format and file";

  private AccessLogReader() {}

  /** Returns what is read; null: nothing is logged. */
  static @Nullable AccessLogConfig read(Cursor log) {
    return read(log, true);
  }

  /** The same of a TCP listener, whose connections have no request line. */
  static @Nullable AccessLogConfig ofTcp(Cursor log) {
    return read(log, false);
  }

  private static @Nullable AccessLogConfig read(Cursor log, boolean hasRequests) {
    if (!log.isObject()) {
      return log.flag(false, EXPECTED) ? AccessLogConfig.STANDARD : null;
    }
    return log.object(
        Keys.ACCESS_LOG,
        keys -> new AccessLogConfig(
            format(keys.optional("format"), hasRequests), file(keys.optional("file"))));
  }

  private static Format format(Cursor format, boolean hasRequests) {
    Format read = format.text(NameSyntax.constant(Format.class), Format.TEXT);
    if (read == Format.COMMON && !hasRequests) {
      format.fail("text or json: common is for http");
    }
    return read;
  }

  private static @Nullable Path file(Cursor file) {
    Path read = file.text(FileSyntax.FILE);
    if (read != null) {
      file.checkFiles(files -> files.accessLog(read));
    }
    return read;
  }
}
