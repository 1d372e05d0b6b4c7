package dev.lblc.scheduler;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

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
   * @param configured what the configuration says of the server; null: nothing
   * @param discovered what discovery says of it; null: nothing
   * @return the record since; fails with an {@link IllegalArgumentException} if the edit cannot be made, and nothing was
   *     changed, or with an {@link IllegalStateException} if the store does not answer
   */
  CompletableFuture<EditRecord> edit(
      ServerEdit edit, @Nullable ServerSpec configured, @Nullable ServerSpec discovered);

  /** Removes the record of an edit that has ended, unless the server was edited again. */
  void end(String id, EditRecord record);

  /** Replaces a record by that of the same edit, taken over by the configuration, unless the server was edited again. */
  void takeOver(String id, EditRecord record, EditRecord takenOver);
}
