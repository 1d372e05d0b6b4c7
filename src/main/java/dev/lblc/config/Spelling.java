package dev.lblc.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Guesses what a misspelt name was meant to be. */
final class Spelling {
  private Spelling() {}

  /** {@code "; did you mean NAME?"}, or nothing if no name is near. */
  static String hint(String found, Collection<String> names) {
    int most = Math.min(2, found.length() / 2);
    return names.stream()
        .filter(name -> Math.abs(name.length() - found.length()) <= most)
        .filter(name -> distance(found, name) <= most)
        .min(Comparator.comparingInt(name -> distance(found, name)))
        .map(name -> "; did you mean " + name + "?")
        .orElse("");
  }

  /** Number of letters to insert, delete or replace (Levenshtein), whatever their case. */
  private static int distance(String one, String other) {
    String a = one.toLowerCase(Locale.ROOT);
    String b = other.toLowerCase(Locale.ROOT);
    int[] previous = new int[b.length() + 1];
    Arrays.setAll(previous, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
