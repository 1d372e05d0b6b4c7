package dev.lblc.config;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** The syntax of numbers, as they are written in JSON. */
final class NumberSyntax {
  private NumberSyntax() {}

  /** Returns the whole number that a literal stands for; null if it is not whole, or out of range. */
  static @Nullable Integer integer(String literal, int least, int most) {
    if (!JsonScanner.isNumber(literal)) {
      return null;
    }
    try {
      int read = new BigDecimal(literal).intValueExact();
      return read >= least && read <= most ? read : null;
    } catch (ArithmeticException | NumberFormatException e) {
      return null; // fractional, or beyond an int or even a BigDecimal
    }
  }

  /** Returns the number that a literal stands for; null if it is not a number, or out of range. */
  static @Nullable Double number(String literal, double least, double most) {
    if (!JsonScanner.isNumber(literal)) {
      return null;
    }
    double read = Double.parseDouble(literal);
    return read >= least && read <= most ? read : null;
  }
}
