package dev.lblc.scheduler;

import org.jspecify.annotations.Nullable;

/**
 * What is kept of the edits of one server: their outcome, and what the configuration said when they were made.
 *
 * @param version counts the edits, from 1
 * @param editedMillis when the last edit was made, on the clock of the store
 * @param configured the configuration's server at the edit; null: it had none
 * @param server the server since the edit; null: it was removed
 * @param isOfDiscovered whether the edited server came from discovery: the edit then sets its weight and thresholds, and
 *     discovery goes on to say whether and where it is
 */
public record EditRecord(
    int version,
    long editedMillis,
    @Nullable ServerSpec configured,
    @Nullable ServerSpec server,
    boolean isOfDiscovered) {

  /**
   * Returns the record after one more edit.
   *
   * @param before the record so far; null: none
   * @param configured the configuration's server; null: none
   * @param discovered the discovered server; null: none
   * @param nowMillis on the clock of the store
   * @throws IllegalArgumentException if the edit cannot be made
   */
  public static EditRecord after(
      ServerEdit edit,
      @Nullable EditRecord before,
      @Nullable ServerSpec configured,
      @Nullable ServerSpec discovered,
      long nowMillis) {
    ServerSpec server = edit.applyTo(wanted(before, configured, discovered));
    if (before == null) {
      boolean isOfDiscovered = configured == null && discovered != null;
      return new EditRecord(1, nowMillis, configured, server, isOfDiscovered);
    }
    return new EditRecord(
        before.version + 1,
        Math.max(nowMillis, before.editedMillis),
        before.configured,
        server,
        before.isOfDiscovered && !(edit instanceof ServerEdit.Add));
  }

  /**
   * Returns the server that shall be there; null: none.
   *
   * @param edited the record of its edits; null: it has not been edited
   * @param configured the configuration's server; null: none
   * @param discovered the discovered server; null: none
   */
  static @Nullable ServerSpec wanted(
      @Nullable EditRecord edited,
      @Nullable ServerSpec configured,
      @Nullable ServerSpec discovered) {
    ServerSpec given = configured == null ? discovered : configured;
    if (edited == null) {
      return given;
    }
    ServerSpec server = edited.server;
    if (server == null || !edited.isOfDiscovered) {
      return server;
    }
    return given == null
        ? null
        : new ServerSpec(
            given.id(),
            given.host(),
            given.port(),
            server.weight(),
            server.upper(),
            server.lower());
  }

  /** Returns the record of an edit that the configuration took over. */
  EditRecord takenOver() {
    return new EditRecord(version, editedMillis, server, server, false);
  }

  /** Returns whether both are the outcome of the same edit, whatever the configuration has said since. */
  boolean isSameEdit(@Nullable EditRecord other) {
    return other != null && version == other.version && editedMillis == other.editedMillis;
  }
}
