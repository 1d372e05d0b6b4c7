package dev.lblc.gateway.http.vertx;

import dev.lblc.config.Authority;
import dev.lblc.discovery.Dial;
import dev.lblc.discovery.NamedHost;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Supplier;

/**
 * A connection of Vert.x's pool to a host that may have several addresses: what {@link Dial} is to new
 * connections. Each address has its own part of the pool, so that connections to one that the name no longer has are not used.
 *
 * <p>Confined to the event loop.
 */
final class PooledDial {
  /** Is told of the outcome, once. */
  interface Listener {
    /** Takes a connection, new or idle. */
    void granted(HttpClientRequest request);

    /** No address gave one; {@code why} is what the last one failed with. */
    void refused(Throwable why);

    /** The name of the host has no address. */
    void unknown();
  }

  private final Vertx vertx;
  private final Context context;
  private final HttpClient client;
  private final NamedHost host;
  private final int port;
  private final Supplier<RequestOptions> options;
  private final boolean mayOverlap;
  private final long limitMillis;
  private final Listener listener;
  private List<InetAddress> addresses = List.of();
  private int next;
  private int underWay;
  private boolean isOver;

  /**
   * Creates one that begins with {@link #begin}.
   *
   * @param options of a request, but for its server
   * @param mayOverlap whether the next address may be tried while one is still waited for
   * @param limitMillis how long an address is waited for if none is known; the options have the limit for connects
   */
  PooledDial(
      Vertx vertx,
      HttpClient client,
      NamedHost host,
      int port,
      Supplier<RequestOptions> options,
      boolean mayOverlap,
      long limitMillis,
      Listener listener) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.client = client;
    this.host = host;
    this.port = port;
    this.options = options;
    this.mayOverlap = mayOverlap;
    this.limitMillis = limitMillis;
    this.listener = listener;
  }

  /** Begins to connect. To be called once. */
  void begin() {
    List<InetAddress> known = host.addresses();
    if (known.isEmpty()) {
      vertx.setTimer(limitMillis, timer -> {
        if (addresses.isEmpty()) {
          begin(addresses);
        }
      });
      host.whenKnown(found -> context.runOnContext(v -> begin(found)));
    } else {
      begin(known);
    }
  }

  private void begin(List<InetAddress> known) {
    if (isOver) {
      return;
    }
    if (known.isEmpty()) {
      isOver = true;
      listener.unknown();
    } else {
      addresses = known;
      tryNext();
    }
  }

  private void tryNext() {
    int index = next++;
    InetAddress address = addresses.get(index);
    underWay++;
    client
        .request(options.get().setServer(server(address)))
        .onComplete(request -> granted(request, address), this::failed);
    if (mayOverlap && !isOver && next < addresses.size()) {
      vertx.setTimer(Dial.STEP_MILLIS, timer -> {
        if (!isOver && next == index + 1) {
          tryNext();
        }
      });
    }
  }

  /** Returns where to connect. Vert.x wants brackets around an IPv6 address: without them it takes it for a host that is none. */
  private SocketAddress server(InetAddress address) {
    return SocketAddress.inetSocketAddress(port, Authority.host(address.getHostAddress()));
  }

  private void granted(HttpClientRequest request, InetAddress address) {
    if (isOver) {
      request.reset(); // nothing was sent: the pool has the connection again
      return;
    }
    isOver = true;
    host.connected(address);
    listener.granted(request);
  }

  private void failed(Throwable cause) {
    underWay--;
    if (isOver) {
      return;
    }
    if (next < addresses.size()) {
      tryNext();
    } else if (underWay == 0) {
      isOver = true;
      listener.refused(cause);
    }
  }
}
