package dev.lblc.plugin;

import dev.lblc.PublicApi;

/** No server of the service could be chosen: none there, all unavailable, quiesced, saturated, full or left out. */
@PublicApi
public final class NoServerException extends RuntimeException {
  private final Cause cause;

  /** Why not. */
  public enum Cause {
    /** None would take it, or has room at the moment. */
    NO_SERVER,
    /** As many wait for one as may. */
    QUEUE_FULL,
    /** It has waited for as long as it may. */
    QUEUE_TIMEOUT
  }

  /** For the service of that name. Without a stack trace: it is an answer, and frequent when all servers are gone. */
  NoServerException(String service) {
    this(service, Cause.NO_SERVER);
  }

  NoServerException(String service, Cause cause) {
    super(text(cause) + " for service " + service, null, false, false);
    this.cause = cause;
  }

  /** Returns why there is none. */
  public Cause why() {
    return cause;
  }

  private static String text(Cause cause) {
    return switch (cause) {
      case NO_SERVER -> "no server available";
      case QUEUE_FULL -> "no place in the queue";
      case QUEUE_TIMEOUT -> "no server in time";
    };
  }
}
