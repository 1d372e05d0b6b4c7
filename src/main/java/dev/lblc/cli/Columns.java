package dev.lblc.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Rows of text as a table: columns as wide as they must be, text to the left, numbers to the right. */
final class Columns {
  /** What stands in a column for nothing. */
  static final String NOTHING = "-";

  private Columns() {}

  /** Returns the rows without a column in which none but the first, the heading, has something. */
  static List<String[]> withoutIfEmpty(List<String[]> rows, int column) {
    return rows.stream().skip(1).anyMatch(row -> !row[column].equals(NOTHING))
        ? rows
        : rows.stream()
            .map(row -> IntStream.range(0, row.length)
                .filter(i -> i != column)
                .mapToObj(i -> row[i])
                .toArray(String[]::new))
            .toList();
  }

  /**
   * Returns a line for each row.
   *
   * @param rows all of the same length, at least one
   * @param isText whether a column has text
   */
  static List<String> format(List<String[]> rows, IntPredicate isText) {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String padding = " ".repeat(widths[i] - row[i].length());
        line.append(i == 0 ? "" : "  ");
        line.append(isText.test(i) ? row[i] + padding : padding + row[i]);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
