package dev.lblc.config;

import dev.lblc.PublicApi;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used; carries every fault that was found, in the order of the file. */
@PublicApi
public final class ConfigException extends Exception {
  private final transient List<ConfigError> errors;

  /** A refusal for those faults, at least one. */
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
