package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Failure;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The failure that an exception of Vert.x stands for. */
final class UpstreamFailure {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamFailure.class);

  private UpstreamFailure() {}

  /** Returns the failure that an exception stands for once the head of the response has come. */
  static Failure withinAnswer(Throwable cause) {
    return isClosure(cause) || !isNonsense(cause) ? Failure.CUT_SHORT : Failure.BROKEN_ANSWER;
  }

  /** Returns the failure that an exception stands for before the head of a response has come. An unknown exception is logged and counts as the gateway's fault. */
  static Failure of(Throwable cause) {
    if (isClosure(cause)) {
      return Failure.CLOSED_EARLY;
    }
    if (isNonsense(cause)) {
      LOG.debug("a server's answer cannot be read: the client gets 502", cause);
      return Failure.BAD_ANSWER;
    }
    LOG.error("a request to a server failed for an unknown reason: its client gets 500", cause);
    return Failure.INTERNAL;
  }

  private static boolean isClosure(Throwable cause) {
    return cause instanceof HttpClosedException
        || cause instanceof StreamResetException
        || cause instanceof PrematureChannelClosureException
        || cause instanceof IOException;
  }

  /** Returns whether Netty's decoder or Vert.x reports that the bytes are not a response. */
  private static boolean isNonsense(Throwable cause) {
    return cause instanceof CodecException
        || cause instanceof VertxException
        // The decoder: a bad version, status or header.
        || cause instanceof IllegalArgumentException
        // Vert.x: a version that is well-formed and unknown.
        || (cause instanceof IllegalStateException
            && String.valueOf(cause.getMessage()).startsWith("Unsupported HTTP version"));
  }
}
