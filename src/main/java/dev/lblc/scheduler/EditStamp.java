package dev.lblc.scheduler;

/**
 * Tells one edit of a server from every other one.
 *
 * @param version of its {@link EditRecord}; 0: the server has not been edited
 * @param editedMillis of its record
 */
public record EditStamp(int version, long editedMillis) {
  /** Of a server that has not been edited. */
  public static final EditStamp NONE = new EditStamp(0, 0);
}
