package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a strategy. Choices of a server are made once and reused, so that a decision allocates nothing.
 *
 * @param server the server to use; null if and only if the reason is {@link Reason#NONE}
 * @param reason why
 */
@PublicApi
public record Choice(@Nullable Server server, Reason reason) {
  /** Throws if there is a server without a reason, or the other way round. */
  public Choice {
    if (reason == null || (server == null) != (reason == Reason.NONE)) {
      throw new IllegalArgumentException("server " + server + ", reason " + reason
          + " (expected: a server and why, or no server and NONE)");
    }
  }

  /** No server is available. */
  public static final Choice NONE = new Choice(null, Reason.NONE);

  /** That server for that reason; null gives {@link #NONE}. */
  public static Choice of(@Nullable Server server, Reason reason) {
    return server == null ? NONE : server.chosenFor(reason);
  }
}
