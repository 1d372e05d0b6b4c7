package dev.lblc.plugin;

import dev.lblc.PublicApi;
import java.util.concurrent.CompletionStage;

/** A place in the queue of a service. May be used from any thread. */
@PublicApi
public interface Turn {
  /**
   * Returns the lease, which the caller closes; complete already if nothing had to be waited for. It completes on any thread. It
   * fails with a {@link NoServerException} if no server is to be expected, the queue is full or the time is over, and never completes
   * once the place was {@link #leave left}.
   */
  CompletionStage<Lease> lease();

  /** Gives the place up. A lease that was granted already stays the caller's, who closes it. */
  void leave();
}
