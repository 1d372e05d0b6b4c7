package dev.lblc.gateway.http;

import java.util.ArrayList;
import java.util.List;

/** Headers whose value is a list of words, perhaps on several lines, such as Connection. */
public final class ListedTokens {
  private ListedTokens() {}

  /**
   * Returns whether the word is in one of the lists; upper and lower case are the same.
   *
   * @param lines values of the header, one for each line
   */
  public static boolean has(List<String> lines, String token) {
    if (lines.isEmpty()) {
      return false; // nearly always, and an iterator of nothing would be an object, too
    }
    for (String each : of(lines)) {
      if (each.equalsIgnoreCase(token)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the words of all lists as they came, without white space around them; an empty one for each comma too many. */
  static List<String> of(List<String> lines) {
    if (lines.isEmpty()) {
      return List.of();
    }
    List<String> tokens = new ArrayList<>();
    for (String line : lines) {
      int start = 0;
      while (start <= line.length()) {
        int comma = line.indexOf(',', start);
        int end = comma < 0 ? line.length() : comma;
        tokens.add(line.substring(start, end).trim());
        start = end + 1;
      }
    }
    return tokens;
  }
}
