package dev.lblc.health;

import dev.lblc.config.Authority;
import dev.lblc.config.HealthConfig;
import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.TimeUnit;

/**
 * A way to check a server: a check succeeds with what the server answered, or fails with the reason.
 *
 * <p>Each check opens a connection of its own, so that it also shows whether the server still accepts connections.
 */
interface Probe {
  /** Checks a server once, within the configured time. */
  Future<String> check(ServerSpec server);

  /** Closes the client; checks that are under way fail. */
  void close();

  /** Returns the probe for a configuration. */
  static Probe create(Vertx vertx, HealthConfig.Active config) {
    String path = config.path();
    return path == null ? new Tcp(vertx, config) : new Http(vertx, config, path);
  }

  /** A probe that passes if the server accepts a TCP connection. */
  final class Tcp implements Probe {
    private final NetClient client;
    private final long timeoutMillis;

    Tcp(Vertx vertx, HealthConfig.Active config) {
      timeoutMillis = config.timeout().toMillis();
      client = vertx.createNetClient(new NetClientOptions()
          .setConnectTimeout(Math.toIntExact(timeoutMillis))
          .setMetricsName("health"));
    }

    @Override
    public Future<String> check(ServerSpec server) {
      return client
          .connect(server.port(), server.host())
          .onSuccess(NetSocket::close)
          .map("connected")
          .timeout(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      client.close();
    }
  }

  /** A probe that passes if the server answers a GET with 200 to 399, the whole body included, in time. */
  final class Http implements Probe {
    private final HttpClient client;
    private final String path;
    private final long timeoutMillis;

    Http(Vertx vertx, HealthConfig.Active config, String path) {
      this.path = path;
      timeoutMillis = config.timeout().toMillis();
      client = vertx
          .httpClientBuilder()
          .with(new HttpClientOptions()
              .setKeepAlive(false)
              .setConnectTimeout(Math.toIntExact(timeoutMillis))
              .setMetricsName("health"))
          // The check hears of a failure by its future; without a handler Vert.x would log it, too.
          .withConnectHandler(connection -> connection.exceptionHandler(failure -> {}))
          .build();
    }

    @Override
    public Future<String> check(ServerSpec server) {
      RequestOptions options = new RequestOptions()
          .setMethod(HttpMethod.GET)
          .setHost(server.host())
          .setPort(server.port())
          .setURI(path)
          .putHeader(HttpHeaders.HOST, Authority.of(server.host(), server.port()));
      Future<HttpClientRequest> request = client.request(options);
      // One limit for connecting and answering; a connection that comes or lasts longer is of no
      // use.
      return request
          .compose(Http::exchange)
          .timeout(timeoutMillis, TimeUnit.MILLISECONDS)
          .onComplete(outcome -> request.onSuccess(used -> used.connection().close()));
    }

    private static Future<String> exchange(HttpClientRequest request) {
      return request.send().compose(response -> {
        String answer = "answered " + response.statusCode();
        return response.statusCode() >= 200 && response.statusCode() < 400
            ? response.end().map(answer)
            : Future.failedFuture(answer);
      });
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
