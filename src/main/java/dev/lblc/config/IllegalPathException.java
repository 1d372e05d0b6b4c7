package dev.lblc.config;

/** A path that has no {@link NormalPath}, because servers could read it in more than one way, or in none. */
public final class IllegalPathException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** A refusal for that reason, a few words that may be shown to a client. */
  IllegalPathException(String reason) {
    super(reason);
  }

  /** Returns a few words that say what is wrong, and nothing of the path. */
  public String reason() {
    return String.valueOf(getMessage());
  }

  /** Without a stack trace, which costs more than the path's reading: clients may send many such paths. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
