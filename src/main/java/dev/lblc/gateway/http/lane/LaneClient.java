package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.ClientSide;
import dev.lblc.gateway.http.Exchange;
import io.netty.buffer.ByteBuf;
import java.util.Deque;

/**
 * A client's side in the lane, whatever version of HTTP it speaks: what a server's side needs of it. Confined to its event loop.
 *
 * <p>A server's side tells the exchange of the head and the end of an answer; what lies between comes here.
 */
public interface LaneClient extends ClientSide<LaneServer> {
  @Override
  LaneHead head();

  /** Returns the exchange that runs. */
  Exchange<LaneServer> exchange();

  /** Returns whether what it passes on of a body is in chunks. */
  boolean sendsChunks();

  /** Takes an interim answer, whose head is valid during the call only. */
  void interim(LaneAnswer interim);

  /** Returns whether it takes a body without the chunks of its server. */
  boolean wantsDataOnly();

  /** Writes a piece of the answer's body; takes over the reference. */
  void piece(ByteBuf data);

  /** Sends what was written of the answer, soon at the latest. */
  void flush();

  /** Returns whether more of the answer may be written. */
  boolean isWritable();

  /**
   * Notes that the server has not looked at the request, which may be sent again: the rest of it is to be kept.
   *
   * @param sent what the server had of the body, from its beginning on, whose references are given away
   */
  void serverLost(Deque<ByteBuf> sent);

  /** Notes that the server takes more of the request. */
  void serverDrained();
}
