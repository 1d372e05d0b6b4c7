package dev.lblc.gateway.http;

import dev.lblc.gateway.net.DeadlineRing;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The time limits of an exchange, as its route says. Confined to its event loop. */
final class ExchangeLimits implements DeadlineRing.Timed {
  private static final Logger LOG = LoggerFactory.getLogger(ExchangeLimits.class);

  /** How much longer than its limit a connect may take: the engine should have ended it by then. No engine ends a wait in the pool. */
  private static final long CONNECT_GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long a client may go on with a request that was answered already. */
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Exchange<?> exchange;
  private long seenProgress;
  private boolean seenComplete;
  private @Nullable BodyRate bodyRate;

  ExchangeLimits(Exchange<?> exchange) {
    this.exchange = exchange;
  }

  /** Begins with the next request. */
  void next() {
    seenProgress = 0;
    seenComplete = false;
    bodyRate = null;
  }

  @Override
  public boolean hasMoved() {
    long progress = exchange.progress();
    boolean isComplete = exchange.client().isRequestComplete();
    boolean hasMoved = progress != seenProgress || isComplete != seenComplete;
    seenProgress = progress;
    seenComplete = isComplete;
    return hasMoved;
  }

  @Override
  public void checkLimits(long nowNanos, long phaseNanos, long quietNanos) {
    switch (exchange.phase()) {
      case ROUTING, OVER -> {}
      case LINGERING -> exchange.checkLingering(phaseNanos > LINGER_NANOS);
      case LOOKING, QUEUED, CONNECTING, SENDING, RECEIVING, TUNNELLING -> {
        if (exchange.isOverdue(nowNanos)) {
          exchange.abort(Failure.EXCHANGE_TIMEOUT);
        } else {
          checkPhase(nowNanos, phaseNanos, quietNanos);
        }
      }
    }
  }

  private void checkPhase(long nowNanos, long phaseNanos, long quietNanos) {
    switch (exchange.phase()) {
      case LOOKING -> {
        if (phaseNanos > exchange.lookNanos()) {
          exchange.lookedLongEnough();
        }
      }
      case CONNECTING -> {
        long limit = TimeUnit.MILLISECONDS.toNanos(exchange.route().connectMillis());
        if (phaseNanos > (exchange.hasQueued() ? limit : limit + CONNECT_GRACE_NANOS)) {
          exchange.abort(Failure.CONNECT_TIMEOUT);
        }
      }
      case SENDING -> checkSending(nowNanos, quietNanos);
      case RECEIVING -> {
        if (quietNanos > exchange.route().idleNanos()) {
          exchange.abort(
              exchange.client().isStalled() ? Failure.CLIENT_STALLED : Failure.IDLE_TIMEOUT);
        }
      }
      case TUNNELLING -> {
        if (quietNanos > exchange.route().tunnelNanos()) {
          exchange.cut(Failure.TUNNEL_IDLE);
        }
      }
      case ROUTING, QUEUED, LINGERING, OVER -> {}
    }
  }

  private void checkSending(long nowNanos, long quietNanos) {
    if (exchange.client().isRequestComplete()) {
      if (quietNanos > exchange.route().responseNanos()) {
        exchange.abort(Failure.RESPONSE_TIMEOUT);
      }
    } else if (quietNanos > exchange.route().idleNanos()) {
      exchange.abort(exchange.isServerStalled() ? Failure.IDLE_TIMEOUT : Failure.REQUEST_TIMEOUT);
    } else if (isBodyTooSlow(nowNanos)) {
      exchange.abort(Failure.BODY_TOO_SLOW);
    }
  }

  /**
   * Returns whether the client sends its request too slowly. Not once the answer has begun: then each side may wait for the
   * other, as with streams in both directions.
   */
  private boolean isBodyTooSlow(long nowNanos) {
    if (bodyRate == null) {
      bodyRate = new BodyRate();
    }
    return bodyRate.isTooLow(
        nowNanos,
        exchange.client().received(),
        exchange.leastBodyRate(),
        !exchange.isServerStalled());
  }

  @Override
  public void checkFailed(RuntimeException cause) {
    LOG.error("the time limits of a request could not be checked: the request is ended", cause);
    exchange.abort(Failure.INTERNAL);
  }
}
