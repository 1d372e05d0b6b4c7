package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import org.jspecify.annotations.Nullable;

/**
 * What a strategy sees of a request beside its destination: the values of the fields that its provider has asked for. Immutable; may be
 * used from any thread.
 */
@PublicApi
@FunctionalInterface
public interface Facts {
  /** Those of which nothing is known. */
  Facts NONE = field -> null;

  /**
   * Returns the value of a field.
   *
   * @param field as the provider has named it, such as {@code {header:x-tier}}
   * @return null: the request has none, nobody has asked for the field, or there is no request
   */
  @Nullable
  String value(String field);
}
