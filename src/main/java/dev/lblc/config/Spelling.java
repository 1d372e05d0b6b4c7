package dev.lblc.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Guesses which name a misspelt name was meant to be. */
final class Spelling {
  private Spelling() {}

  /** Returns {@code "; did you mean NAME?"}, or nothing if no name is near. */
  static String hint(String found, Collection<String> names) {
    return nearest(found, names).stream()
        .findFirst()
        .map(name -> "; did you mean " + name + "?")
        .orElse("");
  }

  /** Returns the nearest names, in their order; none if all are too different. */
  static List<String> nearest(String found, Collection<String> names) {
    int least = Math.min(2, found.length() / 2);
    List<String> nearest = new ArrayList<>();
    for (String name : names) {
      if (Math.abs(name.length() - found.length()) <= least) {
        int distance = distance(found, name);
        if (distance < least) {
          nearest.clear();
        }
        if (distance <= least) {
          nearest.add(name);
          least = distance;
        }
      }
    }
    return nearest;
  }

  /** Returns the number of letters to insert, delete, replace or swap with their neighbour, whatever their case. */
  private static int distance(String one, String other) {
    String a = one.toLowerCase(Locale.ROOT);
    String b = other.toLowerCase(Locale.ROOT);
    int[][] rows = new int[a.length() + 1][b.length() + 1];
    Arrays.setAll(rows[0], j -> j);
    for (int i = 1; i <= a.length(); i++) {
      rows[i][0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        rows[i][j] =
            Math.min(rows[i - 1][j - 1] + same, 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
        }
      }
    }
    return rows[a.length()][b.length()];
  }
}
