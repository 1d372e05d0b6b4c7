package dev.lblc.gateway;

import java.util.List;

/**
 * What a configuration has changed in the listeners of a gateway, by their names. One whose socket had to be opened anew is
 * both added and removed.
 *
 * @param added accept connections since
 * @param updated have their sockets and connections as before, and other routes, limits or certificates
 * @param removed accept no more
 */
public record ListenerChanges(List<String> added, List<String> updated, List<String> removed) {
  /** Copies the lists. */
  public ListenerChanges {
    added = List.copyOf(added);
    updated = List.copyOf(updated);
    removed = List.copyOf(removed);
  }

  /** Returns whether nothing was changed. */
  public boolean isEmpty() {
    return added.isEmpty() && updated.isEmpty() && removed.isEmpty();
  }
}
