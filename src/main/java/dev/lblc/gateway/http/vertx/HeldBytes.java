package dev.lblc.gateway.http.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * What a client has sent behind a request that asks for another protocol, while nobody knows yet whether it is HTTP. Confined to the
 * event loop of its channel.
 */
final class HeldBytes {
  /** Then the client is not read on. */
  private static final int MANY = 65_536;

  private @Nullable Channel channel;
  private Buffer held = Buffer.buffer();

  /** Begins to hold what the channel reads. */
  void begin(Channel of) {
    channel = of;
  }

  boolean isHolding() {
    return channel != null;
  }

  /** Takes all of these bytes. */
  void hold(ByteBuf bytes) {
    held.appendBytes(ByteBufUtil.getBytes(bytes));
    bytes.skipBytes(bytes.readableBytes());
    if (channel != null && held.length() > MANY) {
      channel.config().setAutoRead(false);
    }
  }

  /** Returns what was held, and holds no more. */
  Buffer take() {
    Buffer taken = held;
    if (channel != null && taken.length() > MANY) {
      channel.config().setAutoRead(true);
    }
    held = Buffer.buffer();
    channel = null;
    return taken;
  }
}
