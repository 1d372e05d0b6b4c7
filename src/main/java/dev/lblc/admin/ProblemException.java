package dev.lblc.admin;

import dev.lblc.config.ConfigError;
import java.util.List;

/** A request that ends in a problem document. */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final transient List<ConfigError> errors;

  /**
   * Describes the problem.
   *
   * @param status of the response
   * @param detail what is wrong, for a person to read
   */
  ProblemException(int status, String detail) {
    this(status, detail, List.of());
  }

  /** Describes the problem, with the faults of the body that was sent. */
  ProblemException(int status, String detail, List<ConfigError> errors) {
    super(detail, null, false, false);
    this.status = status;
    this.errors = List.copyOf(errors);
  }

  List<ConfigError> errors() {
    return errors;
  }

  int status() {
    return status;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
