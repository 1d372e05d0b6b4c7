package dev.lblc.gateway.http.h2;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** The status of an answer as a field of HTTP/2. */
final class Statuses {
  private Statuses() {}

  /** Returns the field's value. */
  static AsciiString of(int status) {
    return HttpResponseStatus.valueOf(status).codeAsText();
  }

  /** Returns the status of a field's value; 0: it is none. */
  static int parse(@Nullable CharSequence text) {
    if (text == null || text.length() != 3) {
      return 0;
    }
    int status = 0;
    for (int i = 0; i < 3; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      status = status * 10 + digit;
    }
    return status >= 100 ? status : 0;
  }
}
