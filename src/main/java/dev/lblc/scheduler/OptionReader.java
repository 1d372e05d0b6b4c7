package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.time.Duration;

/**
 * The reader of the options that a strategy has of its own: keys of a service's {@code options}, beside those that all
 * strategies share.
 *
 * <p>Asking for a key declares it; a key that nobody asked for is a fault. A value of the wrong type, or out of its range,
 * is noted as a fault with its JSON path, and the fallback is returned, so that reading goes on and finds the other
 * faults. A configuration with faults is never used. As anywhere in a configuration, a string may hold {@code ${NAME}} for
 * a variable of the environment.
 *
 * <p>A key is asked for once, is none of those that all strategies share, and its fallback is in range; otherwise
 * {@link IllegalArgumentException} is thrown, and the strategy cannot be used. Used by one thread.
 */
@PublicApi
public interface OptionReader {
  /** Returns a whole number from {@code least} to {@code most}, or the fallback where the key is absent. */
  int integer(String key, int fallback, int least, int most);

  /** Returns a number from {@code least} to {@code most}, or the fallback where the key is absent. */
  double number(String key, double fallback, double least, double most);

  /** Returns a duration from {@code least} to {@code most}, or the fallback where the key is absent. */
  Duration duration(String key, Duration fallback, Duration least, Duration most);

  /** Returns true or false, or the fallback where the key is absent. */
  boolean flag(String key, boolean fallback);

  /** Returns a string, or the fallback where the key is absent. */
  String text(String key, String fallback);

  /**
   * Returns one of the constants of the fallback's type, which a configuration names in lower case, or the fallback where
   * the key is absent.
   */
  <E extends Enum<E>> E oneOf(String key, E fallback);

  /**
   * Notes a fault of a key that was asked for before, where its value does not go with another one.
   *
   * @param expected what the value should be, such as {@code at most high, which is 5}
   */
  void refuse(String key, String expected);
}
