package dev.lblc.plugin;

import dev.lblc.scheduler.Membership.Draining;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.Service;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What is said of the servers that are drained: once that each is, that it has no connection any more, and what it still has at
 * its deadline. It changes nothing.
 *
 * <p>Used by one thread at a time.
 */
final class DrainWatch {
  private static final System.Logger LOG = System.getLogger(DrainWatch.class.getName());

  private final Consumer<String> log;

  /** What was said last, by service and server. */
  private Map<String, Said> said = new HashMap<>();

  /** How far a drain was. */
  private enum Said {
    BEGUN,
    LATE,
    OVER
  }

  DrainWatch() {
    this(line -> LOG.log(Level.INFO, line));
  }

  /** With another receiver of the lines. */
  DrainWatch(Consumer<String> log) {
    this.log = log;
  }

  /** Says what is new. */
  void check(Iterable<Service> services) {
    Map<String, Said> now = new HashMap<>();
    for (Service service : services) {
      service.membership().draining().forEach((id, draining) -> {
        Server server = service.servers().find(id);
        if (server != null) {
          String name = "server " + id + " of service " + service.name();
          now.put(name, say(name, draining, server));
        }
      });
    }
    said.keySet().stream()
        .filter(name -> !now.containsKey(name))
        .forEach(name -> log.accept(name + " is no longer drained"));
    said = now;
  }

  private Said say(String name, Draining draining, Server server) {
    Said before = said.get(name);
    int left = server.active() + server.inactive();
    Long remaining = draining.remainingMillis();
    if (before == null) {
      log.accept(name + " is drained: no new connections; it has " + connections(left)
          + (remaining == null ? "" : ", deadline in " + Math.max(0, remaining / 1_000) + " s"));
    }
    if (left == 0) {
      if (before != Said.OVER) {
        log.accept(name + " has no connection left");
      }
      return Said.OVER;
    }
    boolean isLate = remaining != null && remaining <= 0;
    if (isLate && before != Said.LATE) {
      log.accept(name + " has " + connections(left) + " left at the deadline of its drain, "
          + (server.localActive() + server.localInactive())
          + " through this node; they go on until they end by themselves");
    }
    return isLate ? Said.LATE : Objects.requireNonNullElse(before, Said.BEGUN);
  }

  private static String connections(int count) {
    return count + (count == 1 ? " connection" : " connections");
  }
}
