package dev.lblc.gateway.http.vertx;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Tells a {@link ClientConnection} that it is to end within some time. Without it, Vert.x would close at once what has no request
 * in flight, and would close behind an answer that has said that the connection stays.
 */
final class ShutdownWatch extends ChannelInboundHandlerAdapter {
  private final ClientConnection connection;

  ShutdownWatch(ClientConnection connection) {
    this.connection = connection;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!Connections.isGraceful(event) || !connection.shutDown()) {
      context.fireUserEventTriggered(event);
    }
  }
}
