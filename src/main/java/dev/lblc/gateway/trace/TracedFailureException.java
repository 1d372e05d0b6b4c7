package dev.lblc.gateway.trace;

/** Why an exchange failed, as tracers want to have it; nobody throws it. */
final class TracedFailureException extends Exception {
  private static final long serialVersionUID = 1;

  TracedFailureException(String reason) {
    super(reason, null, false, false);
  }
}
