package dev.lblc.gateway.http;

/** A {@link Failure} on its way through a future. */
final class FailureException extends RuntimeException {
  private final Failure failure;

  FailureException(Failure failure) {
    super(failure.reason(), null, false, false);
    this.failure = failure;
  }

  Failure failure() {
    return failure;
  }
}
