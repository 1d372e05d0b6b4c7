package dev.lblc.gateway.route;

import io.netty.util.AsciiString;

/** Case of protocol names, which are ASCII. */
public final class AsciiCase {
  private AsciiCase() {}

  /** Returns the text with A to Z in lower case; the same instance if it has no upper case. */
  public static String lower(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (AsciiString.isUpperCase(text.charAt(i))) {
        char[] chars = text.toCharArray();
        for (int j = i; j < chars.length; j++) {
          chars[j] = AsciiString.toLowerCase(chars[j]);
        }
        return new String(chars);
      }
    }
    return text;
  }
}
