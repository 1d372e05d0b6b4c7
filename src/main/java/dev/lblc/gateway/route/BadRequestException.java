package dev.lblc.gateway.route;

/** A request that is refused with 400 because it could be read in more than one way, or in none. */
public final class BadRequestException extends RuntimeException {
  /** Creates a refusal; {@code reason} is a few words that a client may see. It has no stack trace. */
  public BadRequestException(String reason) {
    super(reason, null, false, false);
  }

  /** Returns a few words that say what is wrong, and nothing of the request. */
  public String reason() {
    String message = getMessage();
    return message == null ? "bad request" : message;
  }
}
