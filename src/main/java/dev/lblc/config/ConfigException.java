package dev.lblc.config;

import dev.lblc.PublicApi;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used, with every fault that was found, in file order. */
@PublicApi
public final class ConfigException extends Exception {
  private final transient List<ConfigError> errors;

  /** Creates an exception for these faults, at least one. */
  public ConfigException(List<ConfigError> errors) {
    super(errors.stream()
        .map(ConfigError::toString)
        .collect(Collectors.joining(System.lineSeparator())));
    this.errors = List.copyOf(errors);
  }

  /** Returns the faults, at least one. */
  public List<ConfigError> errors() {
    return errors;
  }
}
