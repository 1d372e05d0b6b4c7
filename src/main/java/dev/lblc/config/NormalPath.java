package dev.lblc.config;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The normal form of a path, which routes are matched against and destinations are made from. The request itself is forwarded
 * as it came. So the normal form must be what every upstream reads; a path that upstreams read in different ways is refused.
 *
 * <ul>
 *   <li>An escape of a character that needs none is decoded; other escapes get upper-case digits.
 *   <li>{@code %2F} separates segments like a slash; slashes in a row are one.
 *   <li>{@code .} and {@code ..} segments are resolved, after decoding.
 *   <li>Refused: a path that climbs above its root; {@code %2F} or slashes in a row together with dot segments, which
 *       upstreams resolve in different orders; a dot segment with parameters ({@code ..;x}); backslashes and control
 *       characters, bare or escaped; {@code #}; bare bytes above 127; a broken escape; an over-long UTF-8 sequence.
 * </ul>
 */
public final class NormalPath {
  private static final String BARE = "-._~!$&'()*+,;=:@";
  private static final boolean[] MAY_STAND_BARE = new boolean[128];

  static {
    for (char c = 0; c < 128; c++) {
      MAY_STAND_BARE[c] = (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || BARE.indexOf(c) >= 0;
    }
  }

  private NormalPath() {}

  /**
   * Returns the normal form of a path; the same instance if the path is normal already.
   *
   * @param path starts with a slash; without query
   * @throws IllegalPathException if the path is refused
   */
  public static String of(String path) {
    if (path.isEmpty() || path.charAt(0) != '/') {
      throw new IllegalPathException("path does not start with a slash");
    }
    char before = 0;
    boolean plain = true;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      checkBare(c);
      plain &= c != '%' && !(before == '/' && (c == '.' || c == '/'));
      before = c;
    }
    return plain ? path : resolve(path);
  }

  private static void checkBare(char c) {
    checkQuery(c);
    if (c == '\\') {
      throw new IllegalPathException("illegal character in the target");
    }
  }

  /** Throws for a character that is not allowed anywhere in a target, not even in its query. */
  public static void checkQuery(char c) {
    if (c <= ' ' || c >= 0x7f || c == '#') {
      throw new IllegalPathException("illegal character in the target");
    }
  }

  private static String resolve(String path) {
    StringBuilder decoded = new StringBuilder(path.length());
    boolean escapedSlash = decode(path, decoded);
    List<String> segments = new ArrayList<>();
    boolean dots = false;
    boolean climbs = false;
    boolean empty = false;
    boolean directory = false;
    int start = 1;
    while (start <= decoded.length()) {
      int end = decoded.indexOf("/", start);
      boolean last = end < 0;
      String segment = decoded.substring(start, last ? decoded.length() : end);
      directory = last && (segment.isEmpty() || segment.equals(".") || segment.equals(".."));
      if (segment.equals(".")) {
        dots = true;
      } else if (segment.equals("..")) {
        dots = true;
        climbs = true;
        if (segments.isEmpty()) {
          throw new IllegalPathException("path climbs above its root");
        }
        segments.remove(segments.size() - 1);
      } else if (segment.isEmpty()) {
        empty |= !last;
      } else if (segment.startsWith(".;") || segment.startsWith("..;")) {
        throw new IllegalPathException("dot segment with parameters");
      } else {
        segments.add(segment);
      }
      start = last ? decoded.length() + 1 : end + 1;
    }
    if ((dots && escapedSlash) || (climbs && empty)) {
      throw new IllegalPathException("ambiguous path");
    }
    decoded.setLength(0);
    for (String segment : segments) {
      decoded.append('/').append(segment);
    }
    if (directory || segments.isEmpty()) {
      decoded.append('/');
    }
    return decoded.toString();
  }

  private static boolean decode(String path, StringBuilder into) {
    boolean escapedSlash = false;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '%') {
        into.append(c);
        continue;
      }
      int octet = octetAt(path, i);
      if (octet < ' ' || octet == 0x7f || octet == '\\') {
        throw new IllegalPathException("illegal escape in the path");
      }
      if (isOverlong(
          octet, i + 3 < path.length() && path.charAt(i + 3) == '%' ? octetAt(path, i + 3) : 0)) {
        throw new IllegalPathException("over-long escape in the path");
      }
      if (octet == '/') {
        escapedSlash = true;
        into.append('/');
      } else if (octet < 128 && MAY_STAND_BARE[octet]) {
        into.append((char) octet);
      } else {
        into.append('%').append(upper(path.charAt(i + 1))).append(upper(path.charAt(i + 2)));
      }
      i += 2;
    }
    return escapedSlash;
  }

  private static int octetAt(String path, int percent) {
    if (percent + 2 >= path.length()
        || !HexFormat.isHexDigit(path.charAt(percent + 1))
        || !HexFormat.isHexDigit(path.charAt(percent + 2))) {
      throw new IllegalPathException("broken escape in the path");
    }
    return HexFormat.fromHexDigits(path, percent + 1, percent + 3);
  }

  /** Returns whether two octets start a UTF-8 sequence that is longer than its character needs, such as C0 AF for a slash. */
  private static boolean isOverlong(int octet, int next) {
    if (next < 0x80 || next > 0xbf) {
      return false;
    }
    return octet == 0xc0
        || octet == 0xc1
        || (octet == 0xe0 && next < 0xa0)
        || (octet == 0xf0 && next < 0x90);
  }

  private static char upper(char digit) {
    return digit >= 'a' ? (char) (digit - 0x20) : digit;
  }
}
