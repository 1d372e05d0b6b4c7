package dev.lblc.gateway.route;

/** A request that is refused with 400 because it could be read in more than one way, or in none. */
public final class BadRequestException extends RuntimeException {
  /** For that reason, a few words fit for an answer. Without a stack trace: it is an answer. */
  public BadRequestException(String reason) {
    super(reason, null, false, false);
  }

  /** A few words that say what is wrong; nothing of the request's. */
  public String reason() {
    String message = getMessage();
    return message == null ? "bad request" : message;
  }
}
