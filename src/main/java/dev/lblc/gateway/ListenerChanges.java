package dev.lblc.gateway;

import java.util.List;

/**
 * The listeners, and the TLS to servers, that a configuration has changed, by name. A listener whose socket had to be opened again is both added and
 * removed.
 *
 * @param added listeners that now accept connections
 * @param updated listeners that kept their sockets and connections and got other routes, limits or certificates
 * @param removed listeners that no longer accept connections
 * @param certificates those of {@code updated} with another certificate, key or authority than before, even if the files have the same names
 * @param services those whose TLS to servers is another one than before, even if its files have the same names
 */
public record ListenerChanges(
    List<String> added,
    List<String> updated,
    List<String> removed,
    List<String> certificates,
    List<String> services) {
  /** Copies the lists. */
  public ListenerChanges {
    added = List.copyOf(added);
    updated = List.copyOf(updated);
    removed = List.copyOf(removed);
    certificates = List.copyOf(certificates);
    services = List.copyOf(services);
  }

  /** Of listeners alone. */
  ListenerChanges(
      List<String> added, List<String> updated, List<String> removed, List<String> certificates) {
    this(added, updated, removed, certificates, List.of());
  }

  /** Returns the same with services. */
  ListenerChanges withServices(List<String> changed) {
    return new ListenerChanges(added, updated, removed, certificates, changed);
  }

  /** Returns whether nothing was changed. */
  public boolean isEmpty() {
    return added.isEmpty() && updated.isEmpty() && removed.isEmpty() && services.isEmpty();
  }
}
