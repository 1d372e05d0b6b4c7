package dev.lblc.gateway.http.vertx;

import dev.lblc.config.PoolConfig;
import dev.lblc.discovery.Names;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.Upstreams;
import dev.lblc.gateway.route.Route;
import dev.lblc.plugin.LblcService;
import dev.lblc.scheduler.Server;
import dev.lblc.tls.UpstreamTls;
import dev.lblc.tls.UpstreamTlsException;
import dev.lblc.tls.UpstreamTlsFailure;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.tracing.TracingPolicy;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pooled connections of one event loop to servers. The services with the same {@link PoolConfig} share a Vert.x client, which
 * keeps as many idle connections as there are. Confined to the loop.
 */
final class ServerPool implements Upstreams<OutboundRequest> {
  /** More than a listener's connections need: requests must not queue in the pool, where a slow one would delay others. */
  private static final int MAX_CONNECTIONS_PER_SERVER = 16_384;

  private static final int MAX_WAITING_PER_SERVER = 16_384;

  /** In effect no limit: the deadlines of its exchange end a request. */
  private static final int RETIREMENT_DAYS = 1;

  private static final Logger LOG = LoggerFactory.getLogger(ServerPool.class);

  private final Vertx vertx;
  private final Names names;
  private final Map<Kind, Client> clients = new HashMap<>();

  /** The TLS that each service was connected to with last. */
  private final Map<String, UpstreamTls> current = new HashMap<>();

  private final Set<HttpConnection> open = new HashSet<>();

  ServerPool(Vertx vertx) {
    this.vertx = vertx;
    this.names = Names.of(vertx);
  }

  /** What the connections of a client have in common. */
  private record Kind(PoolConfig pool, @Nullable UpstreamTls tls) {}

  private record Client(HttpClient http, @Nullable UpstreamEngine engine) {}

  private Client client(Route by) {
    UpstreamTls tls = by.tls();
    LblcService service = by.service();
    if (tls != null && service != null) {
      UpstreamTls before = current.put(service.name(), tls);
      if (before != null && !before.equals(tls)) {
        retire(before);
      }
    }
    return clients.computeIfAbsent(new Kind(by.pool(), tls), ServerPool.this::newClient);
  }

  /** Ends connections with a TLS that is not the service's any more, behind the requests on them. */
  private void retire(UpstreamTls tls) {
    clients.entrySet().removeIf(entry -> {
      boolean isOfIt = tls.equals(entry.getKey().tls());
      if (isOfIt) {
        entry
            .getValue()
            .http()
            .shutdown(RETIREMENT_DAYS, TimeUnit.DAYS)
            .onFailure(cause -> LOG.debug("a client that was to end has failed", cause));
      }
      return isOfIt;
    });
  }

  private Client newClient(Kind kind) {
    UpstreamTls tls = kind.tls();
    UpstreamEngine engine = tls == null ? null : new UpstreamEngine(tls);
    return new Client(newHttpClient(kind.pool(), engine), engine);
  }

  private HttpClient newHttpClient(PoolConfig config, @Nullable UpstreamEngine engine) {
    int most = config.maxConnections();
    HttpClientOptions options = new HttpClientOptions().setTracingPolicy(TracingPolicy.IGNORE);
    if (engine != null) {
      options.setSsl(true).setSslEngineOptions(engine);
    }
    return vertx
        .httpClientBuilder()
        .with(options
            .setKeepAlive(true)
            .setKeepAliveTimeout(wholeSeconds(config.idle()))
            .setMaxHeaderSize(Limits.HEADER_BYTES)
            .setMaxInitialLineLength(Limits.LINE_BYTES)
            .setMaxChunkSize(Limits.CHUNK_BYTES)
            .setDecompressionSupported(false))
        .with(new PoolOptions()
            .setHttp1MaxSize(most == 0 ? MAX_CONNECTIONS_PER_SERVER : most)
            .setMaxLifetime(wholeSeconds(config.maxAge()))
            .setMaxLifetimeUnit(TimeUnit.SECONDS)
            .setMaxWaitQueueSize(MAX_WAITING_PER_SERVER))
        .withConnectHandler(this::opened)
        .build();
  }

  @Override
  public boolean speaks(Route by) {
    return !by.isHttp2();
  }

  @Override
  public void connect(Server to, Route by, boolean isFresh, Attempt<OutboundRequest> attempt) {
    if (isFresh) {
      closeIdle(to);
    }
    Client client = client(by);
    new PooledDial(
            vertx,
            client.http(),
            names.host(to.host()),
            to.port(),
            () -> options(to, by),
            by.pool().maxConnections() == 0,
            by.connectMillis(),
            new PooledDial.Listener() {
              @Override
              public void granted(HttpClientRequest request) {
                attempt.connected(ServerPool.granted(request, to, by.tls()));
              }

              @Override
              public void refused(Throwable why) {
                LOG.debug("no connection to server {}", to.id(), why);
                attempt.refused(failure(why, to, by.tls(), client.engine()));
              }

              @Override
              public void unknown() {
                LOG.debug("no address of server {} is known", to.id());
                attempt.refused(Failure.NAME_UNKNOWN);
              }
            })
        .begin();
  }

  private static RequestOptions options(Server to, Route by) {
    return new RequestOptions()
        .setHost(to.host())
        .setPort(to.port())
        .setConnectTimeout(by.connectMillis());
  }

  private static OutboundRequest granted(
      HttpClientRequest request, Server to, @Nullable UpstreamTls tls) {
    UpstreamCodec codec = Connections.codec(request.connection());
    if (codec != null) {
      codec.isOf(to);
    }
    boolean isReused = codec != null && codec.isReused();
    UpstreamTls refusable =
        tls != null && !isReused && Connections.mayRefuseLate(request.connection()) ? tls : null;
    return new OutboundRequest(request, isReused, to, refusable);
  }

  /** Closes the idle connections to a server, which has closed one of them: Vert.x cannot be asked for a fresh one. */
  private void closeIdle(Server to) {
    for (HttpConnection connection : List.copyOf(open)) {
      UpstreamCodec codec = Connections.codec(connection);
      if (codec != null && codec.isIdle(to)) {
        connection.close();
      }
    }
  }

  /** Returns the duration rounded up: Vert.x counts in seconds, and to it 0 is no limit. */
  private static int wholeSeconds(Duration duration) {
    return Math.toIntExact(Math.max(1, duration.plusMillis(999).toSeconds()));
  }

  private void opened(HttpConnection connection) {
    open.add(connection);
    Connections.onClosed(connection, () -> open.remove(connection));
    // The request handles the failure; this handler keeps it out of the error log of Vert.x.
    connection.exceptionHandler(cause -> LOG.debug("a connection to a server failed", cause));
    Connections.readInPieces(connection);
    Connections.keepAnswersApart(connection);
  }

  private static Failure failure(
      Throwable cause, Server of, @Nullable UpstreamTls tls, @Nullable UpstreamEngine engine) {
    if (cause instanceof ConnectionPoolTooBusyException) {
      return Failure.POOL_EXHAUSTED;
    }
    boolean isLate = cause instanceof TimeoutException || cause instanceof ConnectTimeoutException;
    UpstreamTlsException failed = null;
    if (cause instanceof SSLException) {
      failed = new UpstreamTlsException(cause);
    } else if (isLate && engine != null && engine.isShaking(of.host(), of.port())) {
      failed = new UpstreamTlsException(UpstreamTlsFailure.TIMEOUT, cause);
    }
    if (tls != null && failed != null) {
      tls.failed(of.id(), failed);
      return Failure.of(failed.failure());
    }
    return isLate ? Failure.CONNECT_TIMEOUT : Failure.CONNECT_FAILED;
  }
}
