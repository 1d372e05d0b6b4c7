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

/** The meaning of an exception by which Vert.x says that no response head came. */
final class UpstreamFailure {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamFailure.class);

  private UpstreamFailure() {}

  /** Returns the failure behind an exception; one that is not known to be the server's is our own, and logged. */
  static Failure of(Throwable cause) {
    if (isClosure(cause)) {
      return Failure.CLOSED_EARLY;
    }
    if (isNonsense(cause)) {
      LOG.debug("the server's answer cannot be read", cause);
      return Failure.BAD_ANSWER;
    }
    LOG.error(
        "a request to a server failed for an unknown reason: the client is answered 500", cause);
    return Failure.INTERNAL;
  }

  private static boolean isClosure(Throwable cause) {
    return cause instanceof HttpClosedException
        || cause instanceof StreamResetException
        || cause instanceof PrematureChannelClosureException
        || cause instanceof IOException;
  }

  /** What Netty's decoder and Vert.x say of a response that is none. */
  private static boolean isNonsense(Throwable cause) {
    return cause instanceof CodecException
        || cause instanceof VertxException
        // The decoder's word for a bad version, status or header.
        || cause instanceof IllegalArgumentException
        // Vert.x's word for a version that is well-formed and unknown.
        || (cause instanceof IllegalStateException
            && String.valueOf(cause.getMessage()).startsWith("Unsupported HTTP version"));
  }
}
