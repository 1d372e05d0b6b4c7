package dev.lblc.plugin;

import dev.lblc.scheduler.Servers;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The services of a deployment: one immutable map behind one volatile reference. Nobody copies it: who needs it at a time
 * reads it, who has to follow its changes registers as a {@link Listener}.
 *
 * <p>May be read from any thread; changes take this object's monitor.
 */
final class Services {
  private volatile Snapshot snapshot = new Snapshot(Map.of(), Map.of());
  private final List<Listener> listeners = new ArrayList<>(); // guarded by this

  /** Both by name, in the order of the configuration. */
  private record Snapshot(Map<String, ScheduledService> services, Map<String, Servers> servers) {}

  /** Is told of changes, one after the other, under the monitor of the services: it must not wait. */
  interface Listener {
    /**
     * Follows a change.
     *
     * @return complete once the change holds for those that the listener serves
     */
    Future<Void> changed(Map<String, ScheduledService> before, Map<String, ScheduledService> after);
  }

  /** Returns the services by name, in the order of the configuration. */
  Map<String, ScheduledService> byName() {
    return snapshot.services;
  }

  /** Returns the servers of each service by its name. */
  Map<String, Servers> servers() {
    return snapshot.servers;
  }

  /** Replaces the services; complete once all listeners have followed. */
  synchronized Future<Void> publish(Map<String, ScheduledService> next) {
    Map<String, ScheduledService> before = snapshot.services;
    Map<String, ScheduledService> services = Collections.unmodifiableMap(new LinkedHashMap<>(next));
    Map<String, Servers> servers = new LinkedHashMap<>();
    services.forEach((name, service) -> servers.put(name, service.scheduling().servers()));
    snapshot = new Snapshot(services, Collections.unmodifiableMap(servers));
    return Future.all(listeners.stream()
            .map(listener -> listener.changed(before, services))
            .toList())
        .mapEmpty();
  }

  /** Registers a listener; complete once it has followed from no services to those that there are. */
  synchronized Future<Void> listen(Listener listener) {
    listeners.add(listener);
    return listener.changed(Map.of(), snapshot.services);
  }

  /** Tells a listener nothing more. */
  synchronized void unlisten(Listener listener) {
    listeners.remove(listener);
  }
}
