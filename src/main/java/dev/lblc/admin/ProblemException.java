package dev.lblc.admin;

/** A request that ends in a problem document. */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * Describes the problem.
   *
   * @param status of the response
   * @param detail what is wrong, for a person to read
   */
  ProblemException(int status, String detail) {
    super(detail, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
