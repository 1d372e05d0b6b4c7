package dev.lblc.health;

import dev.lblc.config.HealthConfig;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.ServerState;
import dev.lblc.tls.UpstreamTls;
import io.vertx.core.Vertx;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The health of the servers of one service, found by active checks, by failures of requests, or by both.
 *
 * <pre>
 * up       --fall checks fail-------------------&gt; down
 * up       --failures in a row, if it may be----&gt; ejected
 * down     --rise checks pass-------------------&gt; up, in a slow start
 * ejected  --its time is over, or it is needed--&gt; up, in a slow start
 *
 * it may be ejected:  another server is available and wanted, and no more than maxEjected percent are ejected with it
 * it is needed:       no server is available and wanted, which another one's checks, removal or weight has brought about
 * </pre>
 *
 * A server of which both are true is down.
 *
 * <p>A slow start keeps a server from being handed more than it can take while it is cold. There is none for servers that come
 * with the first one of the service: all of them are cold, and smaller weights of all would only drive destinations about.
 *
 * <p>The methods may be called from any thread and do not wait. The monitor guards all state; it is held while the listener is
 * called, so that the listener hears of changes in their order.
 */
public final class ServiceHealth {
  private static final System.Logger LOG = System.getLogger(ServiceHealth.class.getName());

  /** Servers that are added so soon after the first one are part of the service's start. */
  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Runs a task once, after a delay, on any thread. */
  interface Timer {
    void after(long nanos, Runnable task);
  }

  private final String service;
  private final HealthConfig.@Nullable Passive passive;
  private final @Nullable SlowStart slowStart;
  private final Timer timer;
  private final HealthTime time;
  private final HealthListener listener;
  private final @Nullable ActiveChecks checks;
  private final Map<String, Watched> servers = new ConcurrentHashMap<>();
  private final Map<String, Long> warmingSinceNanos = new HashMap<>();
  private boolean isWarming;
  private @Nullable Long firstAddedNanos;
  private boolean stopped;

  /** Creates the health of a service without servers; {@code checks} are null if there are none. */
  ServiceHealth(
      String service,
      @Nullable HealthConfig config,
      Timer timer,
      HealthTime time,
      HealthListener listener,
      @Nullable ActiveChecks checks) {
    this.service = service;
    this.passive = config == null ? null : config.passive();
    Duration slow = config == null ? null : config.slowStart();
    this.slowStart = slow == null ? null : new SlowStart(slow);
    this.timer = timer;
    this.time = time;
    this.listener = listener;
    this.checks = checks;
  }

  /**
   * Starts without any server. Checks and timers run on one of Vert.x's event loops.
   *
   * @param service name, for the log
   * @param config how to check; null: servers are all available for good
   * @param tls of the service, for its checks; null: it has none
   * @param random spreads the first checks
   */
  public static ServiceHealth start(
      Vertx vertx,
      String service,
      @Nullable HealthConfig config,
      @Nullable UpstreamTls tls,
      HealthTime time,
      RandomGenerator random,
      HealthListener listener) {
    if (config == null) { // nothing is checked, and nothing waits for a time
      return new ServiceHealth(service, null, (nanos, task) -> {}, time, listener, null);
    }
    CheckLoop loop = CheckLoop.next(vertx);
    HealthConfig.Active active = config.active();
    ActiveChecks checks =
        active == null ? null : new ActiveChecks(loop, active, tls, random.nextDouble());
    return new ServiceHealth(service, config, loop::after, time, listener, checks);
  }

  /** Starts watching a server as available; what was known of a server with the same id is forgotten. */
  public void add(ServerSpec server) {
    add(server, true, true);
  }

  /**
   * Starts watching a server; what was known of a server with the same id is forgotten.
   *
   * @param up whether the server is available until checks say otherwise; without active checks it is
   * @param isNew whether the server was not there before: then it may have a slow start
   */
  public synchronized void add(ServerSpec server, boolean up, boolean isNew) {
    forget(server.id());
    boolean isUp = up || checks == null;
    Watched watched = new Watched(server.id(), isUp);
    servers.put(server.id(), watched);
    long now = time.nanoTime().getAsLong();
    if (firstAddedNanos == null) {
      firstAddedNanos = now;
    }
    if (isNew) {
      listener.warmed(server.id(), SlowStart.FULL);
    }
    if (isNew && isUp && now - firstAddedNanos > START_NANOS) {
      beginSlowStart(server.id());
    }
    if (checks != null) {
      checks.add(server, isUp, watched::checked);
    }
  }

  /** Stops watching a server; the listener is not called for it after this method has returned. */
  public synchronized void remove(String id) {
    forget(id);
    readmitIfNeeded();
  }

  /** Notes that the weight of a server may have changed. */
  public synchronized void edited() {
    readmitIfNeeded();
  }

  /** Returns whether a server is available. */
  public boolean isAvailable(String id) {
    Watched server = servers.get(id);
    return server == null || server.state.isUp();
  }

  /** Returns the state of a server; null: it is not watched. */
  public @Nullable HealthState state(String id) {
    Watched server = servers.get(id);
    return server == null ? null : server.state;
  }

  /** Returns the receiver of the outcomes of a server; for a server that is not watched, one that ignores them. */
  public ServerHealth server(String id) {
    Watched server = servers.get(id);
    return server == null ? ServerHealth.UNWATCHED : server.health;
  }

  /**
   * Ends all checks and slow starts; the listener is not called after this method has returned. A second call does nothing.
   */
  public synchronized void stop() {
    if (stopped) {
      return;
    }
    stopped = true;
    if (checks != null) {
      checks.stop();
    }
    warmingSinceNanos.keySet().forEach(id -> listener.warmed(id, SlowStart.FULL));
    warmingSinceNanos.clear();
  }

  private void forget(String id) {
    if (checks != null) {
      checks.remove(id);
    }
    servers.remove(id);
    warmingSinceNanos.remove(id);
  }

  private boolean isWatched(Watched server) {
    return !stopped && servers.get(server.id) == server;
  }

  // --- ejection ---

  private synchronized void limitReached(Watched server, FailureRun run) {
    HealthConfig.Passive config = passive;
    if (config == null || !isWatched(server) || !server.state.isUp()) {
      return;
    }
    String refusal = refusal(server, config);
    if (refusal == null) {
      server.eject(run);
    } else {
      server.refuse(run, refusal);
    }
  }

  /** Returns why a server that is up may not be ejected; null: it may. */
  private @Nullable String refusal(Watched server, HealthConfig.Passive config) {
    if (!isAnyLeft(server)) {
      return "no other server is available";
    }
    long ejected = servers.values().stream().filter(other -> other.ejected).count();
    long most = Math.max(1, servers.size() * (long) config.maxEjected() / 100);
    return ejected < most
        ? null
        : ejected + " of " + servers.size() + " servers are ejected already, maxEjected is "
            + config.maxEjected() + " %";
  }

  private boolean isAnyLeft(@Nullable Watched without) {
    return servers.values().stream()
        .anyMatch(other -> other != without && other.state.isUp() && listener.isWanted(other.id));
  }

  private void readmitIfNeeded() {
    if (!stopped && passive != null && !isAnyLeft(null)) {
      servers.values().stream()
          .filter(server -> server.ejected)
          .toList()
          .forEach(server -> server.readmit("no other server is left"));
    }
  }

  // --- slow start ---

  private void beginSlowStart(String id) {
    SlowStart slow = slowStart;
    if (slow == null) {
      return;
    }
    long now = time.nanoTime().getAsLong();
    warmingSinceNanos.put(id, now);
    listener.warmed(id, slow.permille(0));
    if (!isWarming) {
      isWarming = true;
      timer.after(slow.stepNanos(), () -> warm(slow));
    }
  }

  private synchronized void warm(SlowStart slow) {
    long now = time.nanoTime().getAsLong();
    warmingSinceNanos.entrySet().removeIf(entry -> {
      int part = slow.permille(now - entry.getValue());
      listener.warmed(entry.getKey(), part);
      return part == SlowStart.FULL;
    });
    isWarming = !warmingSinceNanos.isEmpty();
    if (isWarming) {
      timer.after(slow.stepNanos(), () -> warm(slow));
    }
  }

  /** One server; guarded by the monitor of the service's health but for what is volatile. */
  private final class Watched {
    private final String id;
    private final ServerHealth health;
    private final @Nullable EjectionTimes times;
    private boolean up;
    private String checkedWhy;
    private boolean ejected;
    private String ejectedWhy = "";
    private boolean isRefusalLogged;
    private int ejections;
    private volatile HealthState state;

    Watched(String id, boolean up) {
      this.id = id;
      this.up = up;
      HealthConfig.Passive config = passive;
      health = new ServerHealth(config, run -> limitReached(this, run));
      times = config == null ? null : new EjectionTimes(config.eject(), config.maxEject());
      checkedWhy = checks == null
          ? "there are no active checks"
          : up ? "no check has ended yet" : "it was unavailable before the configuration changed";
      state = new HealthState(
          up ? ServerState.UP : ServerState.DOWN, checkedWhy, time.epochMillis().getAsLong());
    }

    /** Takes what the active checks say now. */
    void checked(boolean isUp, String why) {
      synchronized (ServiceHealth.this) {
        if (isWatched(this)) {
          up = isUp;
          checkedWhy = why;
          settle(why);
          readmitIfNeeded();
        }
      }
    }

    void eject(FailureRun run) {
      long nanos = times == null ? 0 : times.next(time.nanoTime().getAsLong());
      int ejection = ++ejections;
      ejected = true;
      ejectedWhy = run + ", ejected for " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms";
      isRefusalLogged = false;
      settle(ejectedWhy);
      timer.after(nanos, () -> timeIsOver(ejection));
    }

    /** Leaves the server in. It is asked for again after as many failures more. */
    void refuse(FailureRun run, String refusal) {
      health.forget();
      if (!isRefusalLogged) {
        isRefusalLogged = true;
        LOG.log(Level.WARNING, what() + " is not ejected after " + run + ": " + refusal);
      }
    }

    private void timeIsOver(int ejection) {
      synchronized (ServiceHealth.this) {
        if (isWatched(this) && ejected && ejection == ejections) {
          readmit("the time of its ejection is over");
        }
      }
    }

    void readmit(String why) {
      ejected = false;
      if (times != null) {
        times.back(time.nanoTime().getAsLong());
      }
      health.forget();
      settle(why);
    }

    /** Makes the state follow from what is known; {@code why} is the reason if that is up. */
    private void settle(String why) {
      ServerState before = state.state();
      ServerState next = !up ? ServerState.DOWN : ejected ? ServerState.EJECTED : ServerState.UP;
      String reason = !up ? checkedWhy : ejected ? ejectedWhy : why;
      if (next == before) {
        state = new HealthState(next, reason, state.sinceMillis());
        return;
      }
      state = new HealthState(next, reason, time.epochMillis().getAsLong());
      if (next == ServerState.UP) {
        LOG.log(Level.INFO, what() + " is available again: " + reason);
        beginSlowStart(id);
        listener.available(id, true);
      } else if (before == ServerState.UP) {
        LOG.log(Level.WARNING, what() + " is unavailable (" + next.label() + "): " + reason);
        listener.available(id, false);
        warmingSinceNanos.remove(id);
        listener.warmed(id, SlowStart.FULL);
      } else {
        LOG.log(Level.INFO, what() + " is now " + next.label() + ": " + reason);
      }
    }

    private String what() {
      return "server " + id + " of service " + service;
    }
  }
}
