package dev.lblc.plugin;

import java.util.concurrent.CompletableFuture;

/** The turn of one that has its outcome already. */
record NoWait(CompletableFuture<Lease> lease) implements Turn {
  static Turn of(Lease granted) {
    return new NoWait(CompletableFuture.completedFuture(granted));
  }

  static Turn refused(NoServerException why) {
    return new NoWait(CompletableFuture.failedFuture(why));
  }

  @Override
  public void leave() {
    // There is no place.
  }
}
