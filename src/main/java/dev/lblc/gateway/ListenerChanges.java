package dev.lblc.gateway;

import java.util.List;

/**
 * The listeners that a configuration has changed, by name. A listener whose socket had to be opened again is both added and
 * removed.
 *
 * @param added listeners that now accept connections
 * @param updated listeners that kept their sockets and connections and got other routes, limits or certificates
 * @param removed listeners that no longer accept connections
 * @param certificates those of {@code updated} with another certificate, key or authority than before, even if the files have the same names
 */
public record ListenerChanges(
    List<String> added, List<String> updated, List<String> removed, List<String> certificates) {
  /** Copies the lists. */
  public ListenerChanges {
    added = List.copyOf(added);
    updated = List.copyOf(updated);
    removed = List.copyOf(removed);
    certificates = List.copyOf(certificates);
  }

  /** Returns whether nothing was changed. */
  public boolean isEmpty() {
    return added.isEmpty() && updated.isEmpty() && removed.isEmpty();
  }
}
