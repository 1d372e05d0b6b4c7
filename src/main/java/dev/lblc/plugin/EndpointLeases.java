package dev.lblc.plugin;

import dev.lblc.plugin.EndpointLeases.Interaction;
import dev.lblc.scheduler.Server;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.endpoint.InteractionMetrics;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * The leases of the requests to one endpoint.
 *
 * <p>Vert.x reports the end of some requests twice: the first report closes the lease. Vert.x does not report the end of a
 * request that gets no stream on its connection, nor (since 5.1) the reset of an HTTP/2 stream: such a lease is closed when
 * the objects of the request are collected. A request that its owner neither sends nor resets is held by its connection, and
 * counts as long.
 *
 * <p>May be used from any thread.
 */
final class EndpointLeases implements InteractionMetrics<Interaction> {
  private static final Cleaner CLEANER = Cleaner.create();

  private final ServerPool service;
  private volatile @Nullable SocketAddress address;

  EndpointLeases(ServerPool service) {
    this.service = service;
  }

  /** Where the endpoint is. */
  void address(SocketAddress address) {
    this.address = address;
  }

  /** One request. */
  static final class Interaction {
    private final @Nullable Lease lease;
    private final Cleaner.Cleanable end;
    private volatile boolean begun;

    private Interaction(@Nullable Lease lease) {
      this.lease = lease;
      end = lease == null ? () -> {} : CLEANER.register(this, lease::close); // runs once
    }
  }

  @Override
  public Interaction initiateRequest() {
    SocketAddress there = address;
    Server server = there == null ? null : service.serverAt(there);
    return new Interaction(server == null ? null : service.lease(server));
  }

  @Override
  public void reportRequestBegin(Interaction interaction) {
    interaction.begun = true;
    if (interaction.lease != null) {
      interaction.lease.connected();
    }
  }

  @Override
  public void reportResponseEnd(Interaction interaction) {
    interaction.end.clean();
  }

  @Override
  public void reportFailure(Interaction interaction, Throwable failure) {
    if (interaction.lease != null
        && !interaction.begun
        && !(failure instanceof ConnectionPoolTooBusyException)) {
      interaction.lease.connectFailed();
    }
    interaction.end.clean();
  }
}
