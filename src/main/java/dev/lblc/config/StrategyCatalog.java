package dev.lblc.config;

import dev.lblc.scheduler.OptionReader;
import java.util.Set;

/** The strategies that a configuration can name. */
public interface StrategyCatalog {
  /** Returns their names. */
  Set<String> names();

  /**
   * Reads the options that a strategy has of its own.
   *
   * @param name one of {@link #names}
   * @return what the strategy is handed
   */
  Object readOptions(String name, OptionReader reader);
}
