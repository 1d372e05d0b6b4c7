package dev.lblc.scheduler;

import java.util.concurrent.CompletableFuture;

/** The port by which destinations are removed from a table that several nodes share. */
public interface Forgetter {
  /**
   * Removes a destination from the tables of all nodes.
   *
   * @return whether there was one; fails with an {@link IllegalStateException} if the other nodes cannot be told
   */
  CompletableFuture<Boolean> forget(String destination);

  /**
   * Removes the destinations that begin with a text from the tables of all nodes.
   *
   * @param prefix empty: all destinations
   * @return how many there were; fails with an {@link IllegalStateException} if the other nodes cannot be told, and then some
   *     may be left
   */
  CompletableFuture<Integer> forgetAll(String prefix);
}
