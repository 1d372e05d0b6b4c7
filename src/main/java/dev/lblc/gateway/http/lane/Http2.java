package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.Upstreams;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.vertx.core.http.HttpConnection;
import java.util.function.Supplier;

/** HTTP/2 on one event loop, as the lane sees it: another package has it. Confined to the loop. */
public interface Http2 {
  /** Returns the connections to servers that speak HTTP/2. */
  Upstreams<LaneServer> servers();

  /**
   * Returns the handler that serves a client's connection. What the connection has sent is to be read by the handler from its
   * first octet on.
   *
   * @param routes asked at each request
   */
  ChannelHandler serve(Channel channel, HttpConnection connection, Supplier<HttpRoutes> routes);

  /** Tells all clients that no more requests are wanted on their connections. */
  void announceStop();

  /** Closes the connections to servers that serve no request. */
  void close();
}
