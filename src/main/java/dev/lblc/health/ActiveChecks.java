package dev.lblc.health;

import dev.lblc.config.Authority;
import dev.lblc.config.HealthConfig;
import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Checks each server of a service once per interval, the servers one after the other within it.
 *
 * <p>Runs on one context. A server's next check is left out while one is under way, so that a slow server is not asked
 * twice at a time.
 */
final class ActiveChecks {
  /** Hears that a server's checks took it down or brought it back. */
  interface Listener {
    void changed(String serverId, boolean up, String why);
  }

  private final Vertx vertx;
  private final Context context;
  private final HealthConfig.Active config;
  private final Listener listener;
  private final Probe probe;
  private final long[] timers;
  private volatile boolean stopped;

  private ActiveChecks(
      Vertx vertx, Context context, HealthConfig.Active config, int servers, Listener listener) {
    this.vertx = vertx;
    this.context = context;
    this.config = config;
    this.listener = listener;
    this.probe = Probe.create(vertx, config);
    this.timers = new long[servers];
  }

  /** Starts checking; the listener is called on {@code context}. */
  static ActiveChecks start(
      Vertx vertx,
      Context context,
      HealthConfig.Active config,
      List<ServerSpec> servers,
      Listener listener) {
    ActiveChecks checks = new ActiveChecks(vertx, context, config, servers.size(), listener);
    context.runOnContext(ignored -> checks.schedule(servers));
    return checks;
  }

  /** Ends all checks. Results that come later are ignored. */
  void stop() {
    if (stopped) {
      return;
    }
    stopped = true;
    context.runOnContext(ignored -> {
      for (long timer : timers) {
        vertx.cancelTimer(timer);
      }
    });
    probe.close();
  }

  private void schedule(List<ServerSpec> servers) {
    if (stopped) {
      return;
    }
    long interval = Math.max(1, config.interval().toMillis());
    for (int i = 0; i < timers.length; i++) {
      Checked checked = new Checked(servers.get(i));
      long offset = Math.max(1, interval * i / timers.length);
      timers[i] = vertx.setPeriodic(offset, interval, timer -> checked.tick());
    }
  }

  /** One server and how its checks went so far; used on the context only. */
  private final class Checked {
    private final ServerSpec server;
    private final RiseFall state = new RiseFall(config.rise(), config.fall());
    private boolean underWay;

    Checked(ServerSpec server) {
      this.server = server;
    }

    void tick() {
      if (underWay || stopped) {
        return;
      }
      underWay = true;
      probe.check(server).onComplete(this::done);
    }

    private void done(AsyncResult<String> result) {
      underWay = false;
      if (!stopped && state.record(result.succeeded())) {
        listener.changed(server.id(), state.up(), why(result));
      }
    }

    private String why(AsyncResult<String> result) {
      String check = config.path() == null ? "connect" : "GET " + config.path();
      return check + " " + Authority.of(server.host(), server.port()) + ": " + outcome(result)
          + ", " + (state.up() ? config.rise() : config.fall()) + " in a row";
    }

    private String outcome(AsyncResult<String> result) {
      if (result.succeeded()) {
        return result.result();
      }
      return result.cause() instanceof TimeoutException
          ? "nothing within " + config.timeout().toMillis() + " ms"
          : String.valueOf(result.cause().getMessage());
    }
  }
}
