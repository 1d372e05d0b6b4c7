package dev.lblc.admin;

/** A process cannot be taken over from; the message says why, for a person to read. */
public final class HandoverException extends Exception {
  private static final long serialVersionUID = 1;

  /** Says why. */
  public HandoverException(String reason) {
    super(reason);
  }
}
