package dev.lblc.gateway.http;

import java.util.concurrent.TimeUnit;

/**
 * The rate at which a client sends the body of a request, on average over {@value #WINDOW_SECONDS} s. The first {@value
 * #GRACE_SECONDS} s do not count, nor does any time in which the client could not go on. Confined to the exchange's event loop.
 */
final class BodyRate {
  static final int GRACE_SECONDS = 10;
  static final int WINDOW_SECONDS = 10;

  private boolean isBegun;
  private long sinceNanos;
  private long receivedBefore;
  private boolean isDoubtful;

  /**
   * Returns whether the client is too slow. To be asked now and then from the start of the body on.
   *
   * @param received bytes of the body so far
   * @param least bytes a second; 0: any rate will do
   * @param isAwaited whether the gateway waits for the client, and for nobody else
   */
  boolean isTooLow(long nowNanos, long received, long least, boolean isAwaited) {
    if (!isBegun) {
      isBegun = true;
      begin(nowNanos + TimeUnit.SECONDS.toNanos(GRACE_SECONDS), received);
    } else if (!isAwaited) {
      // What is left of the grace stays.
      begin(nowNanos - sinceNanos > 0 ? nowNanos : sinceNanos, received);
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(nowNanos - sinceNanos);
    if (millis < TimeUnit.SECONDS.toMillis(WINDOW_SECONDS)) {
      if (millis <= 0) {
        receivedBefore = received;
      }
      return false;
    }
    if ((received - receivedBefore) * 1000 >= least * millis) {
      begin(nowNanos, received);
      return false;
    }
    if (!isDoubtful) {
      // After a pause of the whole process the loop looks at its clock before it reads what has
      // come.
      isDoubtful = true;
      return false;
    }
    return true;
  }

  private void begin(long atNanos, long received) {
    sinceNanos = atNanos;
    receivedBefore = received;
    isDoubtful = false;
  }
}
