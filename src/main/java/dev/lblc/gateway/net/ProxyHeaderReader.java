package dev.lblc.gateway.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The reader of the PROXY header with which a connection of HTTP or TCP starts: the first handler of the pipeline, which leaves it
 * with the header. Confined to its event loop.
 */
public final class ProxyHeaderReader extends ByteToMessageDecoder {
  /** What becomes of a connection after its first bytes. */
  public interface Outcome {
    /** Takes the header; what follows it is passed on afterwards. */
    void headerRead(ChannelHandlerContext context, ProxyHeader header);

    /** Closes a connection that does not start with a header, or not in time. */
    void headerRefused(ChannelHandlerContext context, BadProxyHeaderException why);
  }

  private final Outcome outcome;
  private final long limitMillis;
  private @Nullable Future<?> limit;
  private boolean isOver;
  private boolean hasHeader;

  /**
   * Creates the reader of a connection.
   *
   * @param limitMillis how long the header may take; 0: somebody else sees to that
   */
  public ProxyHeaderReader(Outcome outcome, long limitMillis) {
    this.outcome = outcome;
    this.limitMillis = limitMillis;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    if (limitMillis > 0) {
      limit = context
          .executor()
          .schedule(
              () -> refuse(context, new BadProxyHeaderException("it did not come in time")),
              limitMillis,
              TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    super.channelRead(context, message);
    if (hasHeader) {
      context.pipeline().remove(this); // which passes on what follows
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
    if (hasHeader) {
      return;
    }
    if (isOver) {
      bytes.skipBytes(bytes.readableBytes());
      return;
    }
    try {
      ProxyHeader header = ProxyHeader.read(bytes);
      if (header != null) {
        hasHeader = true;
        end();
        outcome.headerRead(context, header);
      }
    } catch (BadProxyHeaderException e) {
      bytes.skipBytes(bytes.readableBytes());
      refuse(context, e);
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    end();
  }

  private void refuse(ChannelHandlerContext context, BadProxyHeaderException why) {
    if (!isOver) {
      end();
      outcome.headerRefused(context, why);
    }
  }

  private void end() {
    isOver = true;
    if (limit != null) {
      limit.cancel(false);
    }
  }
}
