package dev.lblc.boot;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.lblc.config.AdminConfig;
import dev.lblc.config.GatewayConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What answers on the admin port while this process joins its cluster, which may wait for others: {@code /health/live} is 200, all else
 * 503. Closing it frees the port at once. For one thread.
 */
final class EarlyHealth implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EarlyHealth.class);

  private @Nullable HttpServer server;

  private EarlyHealth(@Nullable HttpServer server) {
    this.server = server;
  }

  /**
   * Opens the admin port of a node of a cluster. Does nothing if there is none, or it is not free: the start says so when it comes to
   * that.
   */
  static EarlyHealth open(GatewayConfig config) {
    AdminConfig admin = config.admin();
    if (!config.plugin().cluster().enabled() || admin == null || admin.port() == 0) {
      return none();
    }
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(admin.host(), admin.port()), 0);
      server.createContext("/", EarlyHealth::answer);
      server.start();
      return new EarlyHealth(server);
    } catch (IOException | RuntimeException e) {
      LOG.debug("health is not answered before the admin port is open", e);
      return none();
    }
  }

  /** Returns one that does nothing. */
  static EarlyHealth none() {
    return new EarlyHealth(null);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Connection", "close"); // the port is another's soon
      boolean isLive = exchange.getRequestURI().getPath().equals("/health/live");
      exchange.sendResponseHeaders(isLive ? 200 : 503, -1);
    }
  }

  @Override
  public void close() {
    HttpServer open = server;
    server = null;
    if (open != null) {
      open.stop(0);
    }
  }
}
