package dev.lblc.config;

import dev.lblc.scheduler.OptionReader;
import java.util.List;
import java.util.Set;

/** The strategies that a configuration can name. */
public interface StrategyCatalog {
  /** Returns the names of the strategies. */
  Set<String> names();

  /**
   * Reads a strategy's own options.
   *
   * @param name one of {@link #names}
   * @return the object that the strategy gets as its own options
   */
  Object readOptions(String name, OptionReader reader);

  /**
   * Returns the fields of requests that a strategy wants to see, as templates, which pass {@link ConfigReader#requireTemplates}.
   *
   * @param name one of {@link #names}
   * @param options what {@link #readOptions} made of its options
   */
  default List<String> facts(String name, Object options) {
    return List.of();
  }
}
