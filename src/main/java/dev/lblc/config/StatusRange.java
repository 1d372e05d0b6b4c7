package dev.lblc.config;

/**
 * A range of HTTP statuses.
 *
 * @param first 200 to 599
 * @param last {@code first} or above
 */
public record StatusRange(int first, int last) {
  /** Returns whether the range contains a status. */
  public boolean contains(int status) {
    return status >= first && status <= last;
  }
}
