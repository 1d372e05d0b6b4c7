package dev.lblc.scheduler;

import java.util.concurrent.CompletableFuture;

/** Removes destinations from a table that is nobody else's. May be used from any thread. */
final class OwnForgetter implements Forgetter {
  private final DestinationTable table;

  OwnForgetter(DestinationTable table) {
    this.table = table;
  }

  @Override
  public CompletableFuture<Boolean> forget(String destination) {
    synchronized (table) {
      Entry entry = table.find(destination);
      if (entry != null) {
        table.remove(entry);
      }
      return CompletableFuture.completedFuture(entry != null);
    }
  }

  @Override
  public CompletableFuture<Integer> forgetAll(String prefix) {
    return CompletableFuture.completedFuture(table.removeAll(prefix));
  }
}
