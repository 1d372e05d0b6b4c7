package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.FrameFlow;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The two sides of an exchange that have left HTTP. A tunnel is a request and an answer whose bodies go on until a side ends: pieces
 * are read and written as those of bodies, and held back in the same way. What is here is how much of them passes.
 *
 * <pre>
 *   the client ends its side    the server is told, and may go on
 *   the server ends its side    the answer ends, and with it the exchange
 *   the gateway is to stop      both ends of a WebSocket get a Close frame; the answer ends when both have sent one
 * </pre>
 *
 * <p>Confined to its event loop.
 */
public final class Tunnel {
  /** A Close frame that says 1001, going away; a server's has to be masked, with any mask. */
  private static final byte[] GOODBYE_TO_CLIENT = {(byte) 0x88, 2, 3, (byte) 0xe9};

  private static final byte[] GOODBYE_TO_SERVER = {
    (byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 3, (byte) 0xe9
  };

  private final Exchange<LaneServer> exchange;
  private final LaneClient client;
  private final LaneServer server;
  private final Consumer<ByteBuf> toClient;

  /** What the client sends; null, with {@code ofServer}: it is no WebSocket. */
  private final @Nullable FrameFlow ofClient;

  private final @Nullable FrameFlow ofServer;
  private boolean isLeaving;
  private boolean isClientDone;
  private boolean isOver;

  private Tunnel(LaneClient client, LaneServer server, Consumer<ByteBuf> toClient) {
    this.exchange = client.exchange();
    this.client = client;
    this.server = server;
    this.toClient = toClient;
    this.ofClient = exchange.isWebSocket() ? new FrameFlow() : null;
    this.ofServer = exchange.isWebSocket() ? new FrameFlow() : null;
  }

  /**
   * Joins two sides, of which the server has agreed and the client was told so.
   *
   * @param toClient writes a piece to the client; takes over the reference
   */
  public static Tunnel open(LaneClient client, LaneServer server, Consumer<ByteBuf> toClient) {
    server.becameTunnel();
    client.exchange().tunnelling();
    return new Tunnel(client, server, toClient);
  }

  /** Passes on what the client has sent; takes over the reference. The flush is the caller's. */
  public void fromClient(ByteBuf piece) {
    FrameFlow flow = ofClient;
    if (isOver || isClientDone) {
      piece.release();
    } else if (flow == null) {
      server.write(piece);
    } else {
      pass(flow, piece, server::write);
      goOn(flow, GOODBYE_TO_SERVER, server::write);
    }
  }

  /** Passes on what the server has sent; takes over the reference. The flush is the caller's. */
  public void fromServer(ByteBuf piece) {
    FrameFlow flow = ofServer;
    if (isOver) {
      piece.release();
    } else if (flow == null) {
      toClient.accept(piece);
    } else {
      pass(flow, piece, toClient);
      goOn(flow, GOODBYE_TO_CLIENT, toClient);
    }
  }

  private static void pass(FrameFlow flow, ByteBuf piece, Consumer<ByteBuf> to) {
    piece.writerIndex(flow.pass(piece::getByte, piece.readerIndex(), piece.writerIndex()));
    if (piece.isReadable()) {
      to.accept(piece);
    } else {
      piece.release();
    }
  }

  private void goOn(FrameFlow flow, byte[] goodbye, Consumer<ByteBuf> to) {
    if (flow.isGoodbyeDue()) {
      to.accept(Unpooled.wrappedBuffer(goodbye));
    }
    if (isLeaving && hasClientClosed() && hasServerClosed()) {
      exchange.responseEnded(null);
    }
  }

  /** Notes that the client sends no more. */
  public void clientEnded() {
    if (!isOver && !isClientDone) {
      isClientDone = true;
      server.endBody(null, null);
      server.flush();
    }
  }

  /** Has both ends of a WebSocket go away, which have until the end of the drain to answer. Nothing else knows of that. */
  public void goAway() {
    FrameFlow fromClient = ofClient;
    FrameFlow fromServer = ofServer;
    if (isOver || isLeaving || fromClient == null || fromServer == null) {
      return;
    }
    isLeaving = true;
    fromServer.sayGoodbye();
    goOn(fromServer, GOODBYE_TO_CLIENT, toClient);
    if (!isOver) {
      fromClient.sayGoodbye();
      goOn(fromClient, GOODBYE_TO_SERVER, server::write);
    }
    if (!isOver) {
      client.flush();
      server.flush();
    }
  }

  /** Notes that the answer has ended: nothing passes any more, and the server is told so. */
  public void end() {
    clientEnded();
    isOver = true;
  }

  /** Returns whether the client of a WebSocket has said that it sends no more. */
  boolean hasClientClosed() {
    return ofClient != null && ofClient.hasClosed();
  }

  private boolean hasServerClosed() {
    return ofServer != null && ofServer.hasClosed();
  }
}
