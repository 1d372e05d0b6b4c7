package dev.lblc.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request as a server got it, read by the letter of RFC 9110 and RFC 9112 and by nothing of the gateway's own code: whatever
 * they do not allow a sender is a {@link Violation}.
 *
 * @param line method and target
 * @param headers lines, as they came
 * @param body without its framing
 */
record StrictRequest(String line, List<String> headers, String body) {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Pattern REQUEST_LINE =
      Pattern.compile("(" + TOKEN + ") (/[!-~&&[^#]]*|\\*) HTTP/1\\.1");
  private static final Pattern HEADER = Pattern.compile("(" + TOKEN
      + "):[ \\t]*((?:[!-~\\x80-\\xff](?:[\\t -~\\x80-\\xff]*[!-~\\x80-\\xff])?)?)[ \\t]*");
  private static final Pattern HOST =
      Pattern.compile("(?:[0-9A-Za-z._~!$&'()*+,;=-]*|\\[[0-9A-Fa-f:.]+])(?::[0-9]*)?");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
  private static final String QUOTED =
      "\"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*\"";
  private static final Pattern CHUNK_LINE = Pattern.compile("([0-9A-Fa-f]{1,15})"
      + "(?:[ \\t]*;[ \\t]*" + TOKEN + "(?:[ \\t]*=[ \\t]*(?:" + TOKEN + "|" + QUOTED + "))?)*");
  private static final Set<String> OF_ONE_CONNECTION =
      Set.of("keep-alive", "proxy-connection", "trailer");
  private static final Set<String> NO_TRAILERS =
      Set.of("content-length", "transfer-encoding", "host", "trailer", "connection");
  private static final int HEXADECIMAL = 16;
  private static final int LONGEST_LINE = 80_000;

  /** What no sender may send. */
  static final class Violation extends IOException {
    private static final long serialVersionUID = 1L;

    Violation(String what) {
      super(what);
    }
  }

  /** The connection ended within a request. */
  static final class CutShort extends IOException {
    private static final long serialVersionUID = 1L;

    CutShort(String after) {
      super("ended within: " + after);
    }
  }

  /** Reads the request whose first octet was read already. */
  static StrictRequest read(int first, InputStream in) throws IOException {
    String line = line((char) first, in);
    if (!REQUEST_LINE.matcher(line).matches()) {
      throw new Violation("request line: " + line);
    }
    List<String> headers = headers(in);
    List<String> names = names(headers);
    String hosts = only(headers, "host");
    if (hosts == null || !HOST.matcher(hosts).matches()) {
      throw new Violation("host: " + headers);
    }
    for (String name : names) {
      if (OF_ONE_CONNECTION.contains(name)) {
        throw new Violation(name + " is forwarded");
      }
    }
    String te = only(headers, "te");
    if (te != null && !(te.equals("trailers") && "te".equals(only(headers, "connection")))) {
      throw new Violation("te: " + te);
    }
    String upgrade = only(headers, "upgrade");
    if (upgrade != null && !upgrade.equals("websocket")) {
      throw new Violation("upgrade: " + upgrade);
    }
    return new StrictRequest(line.substring(0, line.lastIndexOf(' ')), headers, body(headers, in));
  }

  private static String body(List<String> headers, InputStream in) throws IOException {
    String length = only(headers, "content-length");
    String coding = only(headers, "transfer-encoding");
    if (coding != null) {
      if (length != null || !coding.equals("chunked")) {
        throw new Violation("two framings, or an unknown one: " + headers);
      }
      return chunks(in);
    }
    if (length == null) {
      return "";
    }
    if (!LENGTH.matcher(length).matches()) {
      throw new Violation("content-length: " + length);
    }
    return exactly(Long.parseLong(length), in);
  }

  private static String chunks(InputStream in) throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      Matcher size = CHUNK_LINE.matcher(line(next(in, "chunks"), in));
      if (!size.matches()) {
        throw new Violation("chunk size: " + size);
      }
      long octets = Long.parseLong(size.group(1), HEXADECIMAL);
      if (octets == 0) {
        break;
      }
      body.append(exactly(octets, in));
      if (!exactly(2, in).equals("\r\n")) {
        throw new Violation("end of a chunk");
      }
    }
    for (String name : names(headers(in))) {
      if (NO_TRAILERS.contains(name)) {
        throw new Violation(name + " is a trailer");
      }
    }
    return body.toString();
  }

  private static List<String> headers(InputStream in) throws IOException {
    List<String> headers = new ArrayList<>();
    while (true) {
      String line = line(next(in, "headers"), in);
      if (line.isEmpty()) {
        return headers;
      }
      if (!isHeader(line)) {
        throw new Violation("header: " + line);
      }
      headers.add(line);
    }
  }

  private static List<String> names(List<String> headers) {
    return headers.stream()
        .map(line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT))
        .toList();
  }

  /** Returns whether a line is a header. */
  static boolean isHeader(String line) {
    return HEADER.matcher(line).matches();
  }

  /** Returns the values of a header, in order. */
  static List<String> values(List<String> headers, String name) {
    return headers.stream()
        .filter(line -> line.substring(0, line.indexOf(':')).equalsIgnoreCase(name))
        .map(line -> line.substring(line.indexOf(':') + 1).replaceAll("^[ \\t]+|[ \\t]+$", ""))
        .toList();
  }

  private static @Nullable String only(List<String> headers, String name) throws Violation {
    List<String> values = values(headers, name);
    if (values.size() > 1) {
      throw new Violation("more than one " + name + ": " + values);
    }
    return values.isEmpty() ? null : values.get(0);
  }

  /** A line that ends with CR LF; neither of them stands alone. */
  private static String line(char first, InputStream in) throws IOException {
    StringBuilder line = new StringBuilder().append(first);
    while (line.charAt(line.length() - 1) != '\r') {
      line.append(next(in, line));
      if (line.length() > LONGEST_LINE || line.charAt(line.length() - 1) == '\n') {
        throw new Violation("end of line: " + line);
      }
    }
    if (next(in, line) != '\n') {
      throw new Violation("end of line: " + line);
    }
    return line.substring(0, line.length() - 1);
  }

  private static String exactly(long length, InputStream in) throws IOException {
    String octets = RawClient.text(in.readNBytes((int) Math.min(length, Integer.MAX_VALUE)));
    if (octets.length() < length) {
      throw new CutShort("a body");
    }
    return octets;
  }

  private static char next(InputStream in, CharSequence before) throws IOException {
    int octet = in.read();
    if (octet < 0) {
      throw new CutShort(before.toString());
    }
    return (char) octet;
  }
}
