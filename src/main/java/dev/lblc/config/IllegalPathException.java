package dev.lblc.config;

/** A path that has no {@link NormalPath}: servers could read it in different ways, or not at all. */
public final class IllegalPathException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** Creates a refusal; {@code reason} is a few words that a client may see. */
  IllegalPathException(String reason) {
    super(reason);
  }

  /** Returns a few words that say what is wrong, and nothing of the path. */
  public String reason() {
    return String.valueOf(getMessage());
  }

  /** Fills in no stack trace: it costs more than reading the path, and clients may send many such paths. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
