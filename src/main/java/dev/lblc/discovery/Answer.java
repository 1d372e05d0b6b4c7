package dev.lblc.discovery;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What name servers say to one question.
 *
 * @param records what was found; not empty if there is no problem
 * @param ttlSeconds how long it may be used; 0 or more, and of no meaning with a problem
 * @param problem why there are no records; null: there are some
 * @param isCertain whether a name server has said that there are none; false with a problem that may pass, such as a time-out
 */
record Answer<T>(List<T> records, long ttlSeconds, @Nullable String problem, boolean isCertain) {
  static <T> Answer<T> of(List<T> records, long ttlSeconds) {
    return new Answer<>(List.copyOf(records), ttlSeconds, null, true);
  }

  /** A name server has said that there are no such records. */
  static <T> Answer<T> none(String problem) {
    return new Answer<>(List.of(), 0, problem, true);
  }

  /** Nothing was learned. */
  static <T> Answer<T> failed(String problem) {
    return new Answer<>(List.of(), 0, problem, false);
  }
}
