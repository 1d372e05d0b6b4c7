package dev.lblc.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An answer as a client got it.
 *
 * @param status of the answer
 * @param headers lines, as they came
 * @param body as far as it came, with its framing
 * @param isWhole whether it came to its end
 */
record RawAnswer(int status, List<String> headers, String body, boolean isWhole) {
  private static final Pattern STATUS_LINE =
      Pattern.compile("HTTP/1\\.[01] ([1-5][0-9][0-9]) [\\t -~\\x80-\\xff]*");
  /** Behind the head or another chunk. */
  private static final Pattern LAST_CHUNK = Pattern.compile("\r\n0+[ \t]*(;[^\r\n]*)?\r\n");

  private static final int FIRST_FINAL = 200;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;

  /**
   * Returns the final answers in what a client has read until its connection ended.
   *
   * @param heads whether these, in order, answer a HEAD; others do not
   */
  static List<RawAnswer> all(String octets, List<Boolean> heads) {
    List<RawAnswer> answers = new ArrayList<>();
    int at = 0;
    while (at < octets.length()) {
      int end = octets.indexOf("\r\n\r\n", at);
      List<String> lines =
          List.of(octets.substring(at, end < 0 ? octets.length() : end).split("\r\n", -1));
      Matcher statusLine = STATUS_LINE.matcher(lines.get(0));
      List<String> headers = lines.subList(1, lines.size());
      if (end < 0 || !statusLine.matches() || !headers.stream().allMatch(StrictRequest::isHeader)) {
        throw new AssertionError("no answer: " + octets.substring(at));
      }
      int status = Integer.parseInt(statusLine.group(1));
      int body = end + "\r\n\r\n".length();
      at = body;
      if (status < FIRST_FINAL) {
        continue;
      }
      boolean isHead = answers.size() < heads.size() && heads.get(answers.size());
      if (!isHead && status != NO_CONTENT && status != NOT_MODIFIED) {
        at = endOf(headers, octets, body);
      }
      boolean isWhole = at <= octets.length();
      at = Math.min(at, octets.length());
      answers.add(new RawAnswer(status, headers, octets.substring(body, at), isWhole));
    }
    return answers;
  }

  /** Returns where a body ends: behind all octets if it is not whole. */
  private static int endOf(List<String> headers, String octets, int from) {
    String length = header(headers, "content-length");
    if (length != null) {
      return from + Integer.parseInt(length);
    }
    if (header(headers, "transfer-encoding") == null) {
      return octets.length();
    }
    Matcher last = LAST_CHUNK.matcher(octets);
    int end = last.find(from - 2) ? octets.indexOf("\r\n\r\n", last.start() + 2) : -1;
    return end < 0 ? octets.length() + 1 : end + "\r\n\r\n".length();
  }

  private static @Nullable String header(List<String> headers, String name) {
    List<String> values = StrictRequest.values(headers, name);
    return values.isEmpty() ? null : values.get(0);
  }

  /** Returns the first value of a header; null: there is none. */
  @Nullable
  String header(String name) {
    return header(headers, name);
  }
}
