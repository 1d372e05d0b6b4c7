package dev.lblc.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Warnings and errors that a test provokes, by regular expressions that are searched for in
 * {@code LEVEL Logger: message}, with {@code : Exception: its message} behind it if there is one. They are not printed.
 *
 * <p>On a method: each of them has to be logged before the test ends. On a class: each may be logged by any of its
 * tests.
 */
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface ExpectedLog {
  /** The regular expressions. */
  String[] value();
}
