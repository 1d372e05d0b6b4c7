package dev.lblc.boot;

/** A gateway that cannot start; the message, one or more lines, is all that a person needs to know. */
public final class StartException extends Exception {
  public StartException(String message) {
    super(message);
  }

  StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
