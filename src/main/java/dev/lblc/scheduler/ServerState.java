package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.util.Locale;

/** What is known of a server's ability to serve. Only a server that is up gets requests. */
@PublicApi
public enum ServerState {
  /** Nothing speaks against it. */
  UP,
  /** It fails its active checks. */
  DOWN,
  /** Requests to it failed in a row: it gets none for a while. */
  EJECTED,
  /** It is drained: it gets no new connections and destinations until somebody ends that. */
  DRAINING;

  /** Returns the name in the API, in metrics and in the log. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
