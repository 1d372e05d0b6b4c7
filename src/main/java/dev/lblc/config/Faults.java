package dev.lblc.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The faults and warnings found so far in one source. Used by one thread. */
final class Faults {
  private final String source;
  private final List<Placed<ConfigError>> found = new ArrayList<>();
  private final List<Placed<ConfigWarning>> warnings = new ArrayList<>();

  Faults(String source) {
    this.source = source;
  }

  /**
   * Adds a fault.
   *
   * @param place as in {@link Json#place}: faults may be found in another order than that of the file
   */
  void add(int place, String path, String value, String expected) {
    found.add(new Placed<>(place, new ConfigError(source, path, value, expected)));
  }

  /** Adds a warning; {@code place} as above. */
  void warn(int place, ConfigWarning warning) {
    warnings.add(new Placed<>(place, warning));
  }

  /** Returns all warnings, in file order. */
  List<ConfigWarning> warnings() {
    return inFileOrder(warnings);
  }

  /** Throws all faults, if there are any. */
  void throwIfAny() throws ConfigException {
    if (!found.isEmpty()) {
      throw exception();
    }
  }

  /** Returns all faults, of which there is at least one, in file order. */
  ConfigException exception() {
    return new ConfigException(inFileOrder(found));
  }

  private static <T> List<T> inFileOrder(List<Placed<T>> found) {
    return found.stream()
        .sorted(Comparator.comparingInt(Placed::place))
        .map(Placed::what)
        .toList();
  }

  private record Placed<T>(int place, T what) {}
}
