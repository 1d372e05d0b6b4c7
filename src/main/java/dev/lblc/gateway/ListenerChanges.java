package dev.lblc.gateway;

import java.util.List;

/**
 * The listeners that a configuration has changed, by name. A listener whose socket had to be opened again is both added and
 * removed.
 *
 * @param added listeners that now accept connections
 * @param updated listeners that kept their sockets and connections and got other routes, limits or certificates
 * @param removed listeners that no longer accept connections
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
