package dev.lblc.scheduler;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of the edits of one server: their outcome, and what the configuration said when they were made.
 *
 * @param version counts the edits, from 1
 * @param editedMillis when the last edit was made, on the clock of the store
 * @param configured the configuration's server at the edit; null: it had none
 * @param server the server since the edit; null: it was removed
 * @param isOfDiscovered whether the edited server came from discovery: the edit then sets its weight, thresholds and {@code max}, and
 *     discovery goes on to say whether and where it is
 * @param hasValues whether an edit said what the server is; false: the server was drained and nothing else, and configuration
 *     and discovery go on to say what it is
 * @param drain null: the server is not drained
 */
public record EditRecord(
    int version,
    long editedMillis,
    @Nullable ServerSpec configured,
    @Nullable ServerSpec server,
    boolean isOfDiscovered,
    boolean hasValues,
    @Nullable Drain drain) {

  /** The record of edits that said what the server is, and do not drain it. */
  public EditRecord(
      int version,
      long editedMillis,
      @Nullable ServerSpec configured,
      @Nullable ServerSpec server,
      boolean isOfDiscovered) {
    this(version, editedMillis, configured, server, isOfDiscovered, true, null);
  }

  /**
   * Returns the record after one more edit.
   *
   * @param before the record so far; null: none
   * @param nowMillis on the clock of the store
   * @throws EditConflictException if another edit was made meanwhile
   * @throws IllegalArgumentException if the edit cannot be made
   */
  public static EditRecord after(
      ServerEdit edit, @Nullable EditRecord before, EditBasis basis, long nowMillis) {
    EditStamp expected = basis.expected();
    if (expected != null && !expected.equals(stamp(before))) {
      throw changedMeanwhile(edit.id());
    }
    ServerSpec server = edit.applyTo(wanted(before, basis.configured(), basis.discovered()));
    long edited = before == null ? nowMillis : Math.max(nowMillis, before.editedMillis);
    Drain drain = drain(edit, before == null ? null : before.drain, edited);
    boolean setsValues = !(edit instanceof ServerEdit.Drain || edit instanceof ServerEdit.EndDrain);
    if (before == null) {
      boolean isOfDiscovered = basis.configured() == null && basis.discovered() != null;
      return new EditRecord(
          1, edited, basis.configured(), server, isOfDiscovered, setsValues, drain);
    }
    return new EditRecord(
        before.version + 1,
        edited,
        before.configured,
        server,
        before.isOfDiscovered && !(edit instanceof ServerEdit.Add),
        before.hasValues || setsValues,
        drain);
  }

  /** Returns the exception for an edit that came after another one that its maker did not know of. */
  public static EditConflictException changedMeanwhile(String id) {
    return new EditConflictException("server " + id + " was changed at the same time by another");
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
    if (edited == null || !edited.hasValues) {
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
            server.lower(),
            server.max());
  }

  /** Returns what tells the last edit of a record from others. */
  static EditStamp stamp(@Nullable EditRecord record) {
    return record == null ? EditStamp.NONE : new EditStamp(record.version, record.editedMillis);
  }

  /** Returns the record of an edit that the configuration took over. */
  EditRecord takenOver() {
    return new EditRecord(version, editedMillis, server, server, false, hasValues, drain);
  }

  /** Returns whether both are the outcome of the same edit, whatever the configuration has said since. */
  public boolean isSameEdit(@Nullable EditRecord other) {
    return other != null && version == other.version && editedMillis == other.editedMillis;
  }

  /** Returns whether the server would be another one without its edits. */
  boolean hasEffect() {
    return hasValues || drain != null;
  }

  private static @Nullable Drain drain(ServerEdit edit, @Nullable Drain before, long nowMillis) {
    if (edit instanceof ServerEdit.Drain drain) {
      Duration limit = drain.deadline();
      Long deadline = limit == null ? null : nowMillis + limit.toMillis();
      return new Drain(before == null ? nowMillis : before.sinceMillis(), deadline);
    }
    return edit instanceof ServerEdit.Change ? before : null;
  }
}
