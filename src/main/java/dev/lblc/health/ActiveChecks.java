package dev.lblc.health;

import dev.lblc.config.HealthConfig;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.tls.UpstreamTls;
import io.netty.util.concurrent.Future;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The active checks of one service: each server is checked once per interval, and the servers are spread over the interval.
 *
 * <p>Runs on one event loop. The next check of a server is skipped while one is under way, so that a slow server never has two
 * checks at once.
 */
final class ActiveChecks {
  private static final System.Logger LOG = System.getLogger(ActiveChecks.class.getName());

  /** The golden ratio's fraction: its multiples modulo 1 lie evenly, however many there are. */
  private static final double SPREAD = 0.618_033_988_749_895;

  /**
   * Is called on the loop when checks take a server down or bring it back, and when a server that stays what it is gives another
   * answer.
   */
  interface Listener {
    void checked(boolean up, String why);
  }

  private final CheckLoop loop;
  private final HealthConfig.Active config;
  private final CheckRequest request;
  private final double phase;
  private final Map<String, Checked> servers = new HashMap<>(); // on the loop only
  private int added; // on the loop only
  private boolean isWantLogged; // on the loop only
  private boolean stopped; // on the loop only

  /**
   * Creates checks without any server.
   *
   * @param tls of the service; null: it has none
   * @param phase 0 to 1: the part of an interval after which the first server is checked; services, and gateways, differ in it, or
   *     all of them would check at once
   */
  ActiveChecks(
      CheckLoop loop, HealthConfig.Active config, @Nullable UpstreamTls tls, double phase) {
    this.loop = loop;
    this.config = config;
    this.phase = phase;
    this.request = new CheckRequest(config, tls);
  }

  /** Starts checking a server, which is up or down until the checks say otherwise. */
  void add(ServerSpec server, boolean up, Listener listener) {
    loop.execute(() -> {
      if (!stopped) {
        servers.put(server.id(), new Checked(server, up, listener, added++));
      }
    });
  }

  /** Stops checking a server; a result that comes later is ignored. */
  void remove(String id) {
    loop.execute(() -> {
      Checked removed = servers.remove(id);
      if (removed != null) {
        removed.end();
      }
    });
  }

  /** Ends all checks, those under way, too. */
  void stop() {
    loop.execute(() -> {
      stopped = true;
      servers.values().forEach(Checked::end);
      servers.clear();
    });
  }

  /** One server with the results of its checks so far; used on the loop only. */
  private final class Checked implements Check.Listener {
    private final ServerSpec server;
    private final Listener listener;
    private final RiseFall state;
    private final Future<?> timer;
    private @Nullable Check underWay;
    private @Nullable String lastAnswer;

    Checked(ServerSpec server, boolean up, Listener listener, int position) {
      this.server = server;
      this.state = new RiseFall(config.rise(), config.fall(), up);
      this.listener = listener;
      long interval = config.interval().toNanos();
      long offset = (long) (interval * ((phase + position * SPREAD) % 1));
      timer = loop.every(offset, interval, this::tick);
    }

    void end() {
      timer.cancel(false);
      if (underWay != null) {
        underWay.cancel();
        underWay = null;
      }
    }

    private void tick() {
      if (underWay == null) {
        underWay = new Check(loop, request, server, this);
        underWay.begin(config.timeout().toMillis());
      }
    }

    @Override
    public void ended(boolean passed, String answer) {
      underWay = null;
      boolean hasChanged = state.record(passed);
      if (!hasChanged && (passed != state.up() || answer.equals(lastAnswer))) {
        return;
      }
      lastAnswer = answer;
      String why = request.text(server.host(), request.port(server.port())) + ": " + answer;
      int inARow = state.up() ? config.rise() : config.fall();
      listener.checked(state.up(), hasChanged ? why + ", " + inARow + " in a row" : why);
    }

    @Override
    public void notMade(Throwable why) {
      underWay = null;
      if (!isWantLogged) {
        isWantLogged = true;
        LOG.log(
            Level.WARNING,
            "health checks are not made for want of sockets, and servers stay what they are. Most often the limit of open files is reached",
            why);
      }
    }
  }
}
