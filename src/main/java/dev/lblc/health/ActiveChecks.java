package dev.lblc.health;

import dev.lblc.config.Authority;
import dev.lblc.config.HealthConfig;
import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * The active checks of one service: each server is checked once per interval, and the servers are spread over the interval.
 *
 * <p>Runs on one context. The next check of a server is skipped while one is under way, so that a slow server never has two
 * checks at once.
 */
final class ActiveChecks {
  /** The golden ratio's fraction: its multiples modulo 1 lie evenly, however many there are. */
  private static final double SPREAD = 0.618_033_988_749_895;

  /** Is called on the context when the checks of a server take the server down or bring it back. */
  interface Listener {
    void checked(boolean up, String why);
  }

  private final Vertx vertx;
  private final Context context;
  private final HealthConfig.Active config;
  private final Probe probe;
  private final Map<String, Checked> servers = new HashMap<>(); // on the context only
  private int added; // on the context only
  private volatile boolean stopped;

  /** Creates checks without any server. */
  ActiveChecks(Vertx vertx, Context context, HealthConfig.Active config) {
    this.vertx = vertx;
    this.context = context;
    this.config = config;
    this.probe = Probe.create(vertx, config);
  }

  /** Starts checking a server, which is up or down until the checks say otherwise. */
  void add(ServerSpec server, boolean up, Listener listener) {
    context.runOnContext(ignored -> {
      if (!stopped) {
        servers.put(server.id(), new Checked(server, up, listener, added++));
      }
    });
  }

  /** Stops checking a server; a result that comes later is ignored. */
  void remove(String id) {
    context.runOnContext(ignored -> {
      Checked removed = servers.remove(id);
      if (removed != null) {
        removed.end();
      }
    });
  }

  /** Ends all checks; results that come later are ignored. */
  void stop() {
    if (stopped) {
      return;
    }
    stopped = true;
    context.runOnContext(ignored -> {
      servers.values().forEach(Checked::end);
      servers.clear();
      probe.close(); // only now: a timer that has fired already may still use the probe before
    });
  }

  /** One server with the results of its checks so far; used on the context only. */
  private final class Checked {
    private final ServerSpec server;
    private final Listener listener;
    private final RiseFall state;
    private final long timer;
    private boolean underWay;
    private boolean ended;

    Checked(ServerSpec server, boolean up, Listener listener, int position) {
      this.server = server;
      this.state = new RiseFall(config.rise(), config.fall(), up);
      this.listener = listener;
      long interval = Math.max(1, config.interval().toMillis());
      long offset = Math.max(1, (long) (interval * (position * SPREAD % 1)));
      timer = vertx.setPeriodic(offset, interval, id -> tick());
    }

    void end() {
      ended = true;
      vertx.cancelTimer(timer);
    }

    private void tick() {
      if (underWay || ended || stopped) {
        return;
      }
      underWay = true;
      probe.check(server).onComplete(this::done);
    }

    private void done(AsyncResult<String> result) {
      underWay = false;
      if (!ended && state.record(result.succeeded())) {
        listener.checked(state.up(), why(result));
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
          ? "no answer within " + config.timeout().toMillis() + " ms"
          : String.valueOf(result.cause().getMessage());
    }
  }
}
