package dev.lblc.boot;

import dev.lblc.admin.AdminServer;
import dev.lblc.config.AdminConfig;
import dev.lblc.config.Authority;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin port of an application, which may have to wait until another process leaves it. May be used from any thread. */
final class AdminPort {
  private static final Logger LOG = LoggerFactory.getLogger(AdminPort.class);

  /** How long a predecessor may take to leave the port before the start goes on without. */
  private static final Duration FREE = Duration.ofSeconds(10);

  /** Between two tries after that. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private static final long STOP_SECONDS = 5;

  private final @Nullable AdminConfig config;
  private final Function<AdminConfig, Future<AdminServer>> starter;
  private volatile @Nullable AdminServer server;
  private volatile boolean isClosed;

  /**
   * Not open yet.
   *
   * @param config null: there is none
   */
  AdminPort(@Nullable AdminConfig config, Function<AdminConfig, Future<AdminServer>> starter) {
    this.config = config;
    this.starter = starter;
  }

  /** Returns its URL; null if there is none, or it is not open yet. */
  @Nullable
  String url() {
    AdminServer open = server;
    return config == null || open == null
        ? null
        : "http://" + Authority.of(config.host(), open.port());
  }

  /** Opens it. Blocks. */
  void open() throws StartException {
    if (config != null) {
      server = Waiting.started(
          "admin " + Authority.of(config.host(), config.port()), () -> starter.apply(config));
    }
  }

  /**
   * Opens it once the predecessor, which ends, has left it. Blocks for some seconds at most: whatever keeps the port from being
   * free then, this process has to go on, and tries again until it is closed.
   */
  void openAfterPredecessor() {
    try {
      Waiting.retried(FREE, this::open);
    } catch (StartException e) {
      LOG.error("goes on without its admin port, and tries again each second: {}", e.getMessage());
      Thread later = new Thread(this::openLater, "admin-port");
      later.setDaemon(true);
      later.start();
    }
  }

  /** Takes another token for the requests from now on; null: stays as it is. */
  void update(@Nullable AdminConfig next) {
    AdminServer open = server;
    if (open != null && next != null) {
      open.update(next);
    }
  }

  /** Closes it. Blocks, up to five seconds. */
  void close() {
    isClosed = true;
    AdminServer open = server;
    if (open != null) {
      Waiting.stopped(STOP_SECONDS, "the admin port", open.close());
    }
  }

  private void openLater() {
    while (!isClosed) {
      Waiting.pause(AGAIN);
      try {
        open();
        LOG.info("admin port {}", url());
        return;
      } catch (StartException e) {
        LOG.debug("tried again", e);
      }
    }
  }
}
