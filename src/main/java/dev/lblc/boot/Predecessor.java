package dev.lblc.boot;

/** A running gateway that this process replaces. The methods block. */
public interface Predecessor {
  /**
   * Has it write its tables to the state file. It goes on as it is.
   *
   * @throws StartException if it cannot be replaced
   */
  void prepare() throws StartException;

  /**
   * Ends it in order; this process listens already. Its admin port is free a moment later.
   *
   * @throws StartException if it does not end
   */
  void replace() throws StartException;
}
