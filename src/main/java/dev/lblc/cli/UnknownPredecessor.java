package dev.lblc.cli;

import dev.lblc.boot.Predecessor;

/** A gateway that may have the same ports and does not answer on the admin port, or none: whoever started it ends it. */
final class UnknownPredecessor implements Predecessor {
  /** Does nothing: nobody can be asked to write a state file. */
  @Override
  public void prepare() {}

  /** Does nothing: nobody can be told to end. */
  @Override
  public void replace() {}
}
