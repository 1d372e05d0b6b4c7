package dev.lblc.gateway.tcp;

import dev.lblc.gateway.net.DeadlineRing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The time limits of a session: those of its listener until it has a route, then the route's. Confined to its event loop. */
final class SessionLimits implements DeadlineRing.Timed {
  private static final Logger LOG = LoggerFactory.getLogger(SessionLimits.class);

  private final Session session;

  SessionLimits(Session session) {
    this.session = session;
  }

  Session session() {
    return session;
  }

  @Override
  public boolean hasMoved() {
    return session.hasMoved();
  }

  @Override
  public void checkLimits(long nowNanos, long phaseNanos, long quietNanos) {
    switch (session.phase()) {
      case OPENING -> {
        if (phaseNanos > session.settings().config().hello().toNanos()) {
          session.abort(TcpFailure.HELLO_TIMEOUT);
        }
      }
      case CONNECTING -> {
        if (phaseNanos > session.route().connectNanos()) {
          session.connectTimedOut();
        }
      }
      case RELAYING, HALF_CLOSED -> {
        if (nowNanos - session.startNanos() > session.route().lifetimeNanos()) {
          session.abort(TcpFailure.LIFETIME);
        } else if (quietNanos > session.route().idleNanos()) {
          session.abort(TcpFailure.IDLE_TIMEOUT);
        }
      }
      case QUEUED, OVER -> {}
    }
    session.abortIfBrokenAfterEnd();
  }

  @Override
  public void checkFailed(RuntimeException cause) {
    LOG.error("the limits of a connection could not be checked: it is closed", cause);
    session.abort(TcpFailure.INTERNAL);
  }
}
