package dev.lblc.boot;

import dev.lblc.config.ShutdownConfig;
import dev.lblc.gateway.Gateway;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stop of a gateway's listeners, with what it waits for in the log. Its thread waits. */
final class Stopping {
  private static final Logger LOG = LoggerFactory.getLogger(Stopping.class);

  /** How much longer than the drain the listeners may take to close. */
  private static final Duration CLOSE = Duration.ofSeconds(2);

  /** How long before the end of the drain the log says what is left. */
  private static final Duration LAST_LOOK = Duration.ofMillis(100);

  private final Gateway gateway;
  private final Lblc lblc;
  private final ShutdownConfig limits;

  Stopping(Gateway gateway, Lblc lblc, ShutdownConfig limits) {
    this.gateway = gateway;
    this.lblc = lblc;
    this.limits = limits;
  }

  /** Stops the listeners in order; returns when they are closed, or the time for it is over. */
  void run() {
    Waiting.stopped(CLOSE.toSeconds(), "the announcement to clients", gateway.announceStop());
    if (!limits.grace().isZero()) {
      LOG.info(
          "stopping: not ready; accepts connections for {} ms more (shutdown.grace)",
          limits.grace().toMillis());
      Waiting.pause(limits.grace());
    }
    LOG.info(
        "stopping: accepts no new connections, waits up to {} ms (shutdown.drain) for what is open: {}",
        limits.drain().toMillis(),
        open());
    Future<Void> stopped = gateway.stop(limits.drain());
    if (!isDone(stopped, limits.drain().minus(LAST_LOOK))) {
      LOG.warn("stopping: the time for it (shutdown.drain) is over; cut off: {}", open());
    }
    Waiting.stopped(CLOSE.toSeconds(), "the listeners", stopped);
  }

  /** Returns clients' connections by listener, and requests and connections in flight by service, where there are any. */
  private String open() {
    Map<String, Integer> connections = new TreeMap<>(gateway.connections());
    connections.values().removeIf(count -> count == 0);
    Map<String, Integer> inFlight = new TreeMap<>();
    for (LblcService service : lblc.services()) {
      int active = service.status().servers().stream()
          .mapToInt(server -> server.active().local())
          .sum();
      if (active > 0) {
        inFlight.put(service.name(), active);
      }
    }
    return "connections by listener " + connections + ", in flight by service " + inFlight;
  }

  private static boolean isDone(Future<Void> stopped, Duration limit) {
    try {
      stopped.await(Math.max(0, limit.toMillis()), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (RuntimeException e) {
      LOG.debug("the listeners did not stop properly, which is logged below", e);
      return true;
    }
  }
}
