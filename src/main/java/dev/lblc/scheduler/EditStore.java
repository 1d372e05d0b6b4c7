package dev.lblc.scheduler;

import java.util.concurrent.CompletableFuture;

/**
 * The place where the edits of one service's servers are kept, one {@link EditRecord} for each edited server.
 *
 * <p>Edits of one server come one after the other, whoever makes them. Methods may be called from any thread and do not
 * wait. What changes a record is told to the {@link Membership}s that use the store: {@link Membership#edited}, {@link
 * Membership#ended}.
 */
public interface EditStore {
  /**
   * Makes an edit, as {@link EditRecord#after} says.
   *
   * @return the record since; fails with an {@link EditConflictException} if another edit was made meanwhile, with another
   *     {@link IllegalArgumentException} if the edit cannot be made, and nothing was changed, or with an {@link
   *     IllegalStateException} if the store does not answer
   */
  CompletableFuture<EditRecord> edit(ServerEdit edit, EditBasis basis);

  /**
   * Removes the record of a server's edits, which the caller knows: the server is again as configuration and discovery say.
   *
   * @return fails with an {@link EditConflictException}, and nothing was changed, if the store has another record, or with an
   *     {@link IllegalStateException} if it does not answer
   */
  CompletableFuture<Void> undo(String id, EditRecord record);

  /** Removes the record of an edit that has ended, unless the server was edited again. */
  void end(String id, EditRecord record);

  /** Replaces a record by that of the same edit, taken over by the configuration, unless the server was edited again. */
  void takeOver(String id, EditRecord record, EditRecord takenOver);

  /** Returns the time on the clock of the store, which all that use it share. */
  long nowMillis();
}
