package dev.lblc.gateway;

import dev.lblc.config.TcpListenerConfig;
import dev.lblc.gateway.log.AccessLog;
import dev.lblc.gateway.tcp.TcpServer;
import dev.lblc.gateway.tcp.TcpSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A TCP listener. A connection keeps the settings it was accepted with, so that an update needs no new sockets. */
final class TcpListener implements Listener {
  private final Vertx vertx;
  private final TcpServer server;
  private volatile Future<Void> drained = Future.succeededFuture();

  TcpListener(Vertx vertx, TcpSettings settings) {
    this.vertx = vertx;
    this.server = new TcpServer(vertx, settings);
  }

  @Override
  public String name() {
    return config().name();
  }

  @Override
  public int port() {
    return server.ports().get(0);
  }

  @Override
  public int connections() {
    return server.connections();
  }

  @Override
  public Map<String, Instant> certificates() {
    return server.settings().certificates();
  }

  @Override
  public @Nullable AccessLog accessLog() {
    return server.settings().accessLog();
  }

  @Override
  public Set<Integer> ports() {
    Set<Integer> ports = new HashSet<>(config().ports());
    ports.remove(0);
    ports.addAll(server.ports());
    return ports;
  }

  @Override
  public boolean hasSocketsFor(Listener wanted) {
    return wanted instanceof TcpListener other
        && other.name().equals(name())
        && other.config().host().equals(config().host())
        && other.config().ports().equals(config().ports())
        && other.config().reusePort() == config().reusePort()
        && other.config().transparent() == config().transparent();
  }

  @Override
  public boolean isConfiguredAs(Listener wanted) {
    return ((TcpListener) wanted).server.settings().isConfiguredAs(server.settings());
  }

  @Override
  public boolean hasTlsFilesOf(Listener wanted) {
    return ((TcpListener) wanted).server.settings().hasFilesOf(server.settings());
  }

  @Override
  public Listener asConfigured() {
    return new TcpListener(vertx, server.settings());
  }

  @Override
  public Future<Void> open(List<Worker> workers) {
    return server.listen(workers.stream().map(Worker::tcp).toList());
  }

  @Override
  public Future<Void> update(Listener wanted) {
    server.update(((TcpListener) wanted).server.settings());
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close(Duration drain) {
    Future<Void> closed = server.stopAccepting();
    drained = closed.compose(done -> server.drain(drain));
    return closed;
  }

  @Override
  public Future<Void> drained() {
    return drained;
  }

  private TcpListenerConfig config() {
    return server.settings().config();
  }
}
