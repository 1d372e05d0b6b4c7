package dev.lblc.cluster;

/** A part of a service that listens to a map of the cluster. */
interface SharedPart {
  /** Listens no more. On the cluster's thread. */
  void leave();
}
