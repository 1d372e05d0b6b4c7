package dev.lblc.cluster;

/** A part of a service that agrees with the cluster already, and is not in use yet. One of the methods is called, once. */
public interface PreparedShare {
  /** Goes on sharing it, in the place of what it replaces. */
  void use();

  /** Stops sharing it. */
  void discard();
}
