package dev.lblc.gateway.http.h2;

import dev.lblc.config.HttpLimits;
import dev.lblc.gateway.http.Upstreams;
import dev.lblc.gateway.http.lane.Http2;
import dev.lblc.gateway.http.lane.LaneLoop;
import dev.lblc.gateway.http.lane.LaneServer;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpConnection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** HTTP/2 of one event loop. Confined to the loop. */
public final class Http2Worker implements Http2 {
  private final LaneLoop lane;
  private final StreamPool servers;
  private final Set<ClientStreams> clients = new HashSet<>();

  /** Creates it for the lane of a loop. */
  public Http2Worker(LaneLoop lane) {
    this.lane = lane;
    this.servers = new StreamPool(lane);
  }

  @Override
  public Upstreams<LaneServer> servers() {
    return servers;
  }

  @Override
  public ChannelHandler serve(
      Channel channel, HttpConnection connection, Supplier<HttpRoutes> routes) {
    HttpLimits limits = routes.get().limits();
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    FrameBudget budget = new FrameBudget(lane.loop().nanoTime(), limits.resets());
    return new ClientStreams(
        lane, this, Codec.ofClient(limits.header(), limits.streams(), budget), connection, routes);
  }

  void opened(ClientStreams client) {
    clients.add(client);
  }

  void closed(ClientStreams client) {
    clients.remove(client);
  }

  @Override
  public void announceStop() {
    List.copyOf(clients).forEach(ClientStreams::leave);
  }

  @Override
  public void close() {
    servers.close();
  }
}
