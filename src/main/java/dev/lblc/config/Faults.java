package dev.lblc.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The faults found so far in one source. Used by one thread. */
final class Faults {
  private final String source;
  private final List<Placed> found = new ArrayList<>();

  Faults(String source) {
    this.source = source;
  }

  /**
   * Adds a fault.
   *
   * @param place as in {@link Json#place}: faults may be found in another order than that of the file
   */
  void add(int place, String path, String value, String expected) {
    found.add(new Placed(place, new ConfigError(source, path, value, expected)));
  }

  /** Throws all faults, if there are any. */
  void throwIfAny() throws ConfigException {
    if (!found.isEmpty()) {
      throw exception();
    }
  }

  /** Returns all faults, of which there is at least one, in file order. */
  ConfigException exception() {
    return new ConfigException(found.stream()
        .sorted(Comparator.comparingInt(Placed::place))
        .map(Placed::error)
        .toList());
  }

  private record Placed(int place, ConfigError error) {}
}
