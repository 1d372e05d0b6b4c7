package dev.lblc.gateway.http;

import dev.lblc.gateway.count.ExchangeCounts;
import dev.lblc.gateway.log.AccessFacts;
import dev.lblc.gateway.log.AccessLog;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How an exchange ends, for the metrics and the access log: why it fails, if it does, and how long it and its stages have taken. Serves
 * one exchange after another. Confined to the exchange's event loop.
 */
final class Outcome {
  private final LongSupplier nanoTime;
  private @Nullable AccessLog log;
  private long startNanos;
  private long tookNanos;
  private long queueStartNanos;
  private long queueNanos;
  private long connectStartNanos;
  private long connectNanos;
  private long headNanos;
  private @Nullable Failure failure;
  private @Nullable String words;

  Outcome(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Begins with an exchange; {@code accessLog} is that of its listener; null: none. */
  void begin(@Nullable AccessLog accessLog) {
    log = accessLog;
    startNanos = nanoTime.getAsLong();
    queueStartNanos = AccessFacts.NONE;
    queueNanos = AccessFacts.NONE;
    connectNanos = AccessFacts.NONE;
    headNanos = AccessFacts.NONE;
    failure = null;
    words = null;
  }

  /** Returns when the exchange began, by the monotonic clock. */
  long startNanos() {
    return startNanos;
  }

  /** Notes that a wait for a server begins; it ends with the next attempt to connect, or the exchange. */
  void queued() {
    queueStartNanos = nanoTime.getAsLong();
  }

  private void queueEnded() {
    if (queueStartNanos != AccessFacts.NONE) {
      queueNanos = Math.max(0, queueNanos) + nanoTime.getAsLong() - queueStartNanos;
      queueStartNanos = AccessFacts.NONE;
    }
  }

  /** Notes that an attempt to connect begins; {@code isFirst}: nothing was waited for since the exchange began. */
  void connecting(boolean isFirst) {
    queueEnded();
    if (log != null) {
      connectStartNanos = isFirst ? startNanos : nanoTime.getAsLong();
      connectNanos = AccessFacts.NONE;
    }
  }

  /** Notes that it has succeeded, at that time of the monotonic clock. */
  void connected(long nowNanos) {
    if (log != null) {
      connectNanos = nowNanos - connectStartNanos;
    }
  }

  /** Notes that the head of the server's answer has come, at that time of the monotonic clock. */
  void headed(long nowNanos) {
    headNanos = nowNanos - startNanos;
  }

  /** Notes why the exchange fails; the first reason stays. */
  void fail(Failure why) {
    if (failure == null) {
      failure = why;
    }
  }

  /** Says in more detail than the failure's own words why the exchange fails. */
  void say(String why) {
    words = why;
  }

  /** Returns why the exchange fails; null: it does not. */
  @Nullable
  Failure failure() {
    return failure;
  }

  /** Returns the label of the end, as the metric has it. */
  String label() {
    return failure == null ? HttpCounts.ANSWERED : failure.label();
  }

  /** Returns in words why the exchange fails; null: it does not. */
  @Nullable
  String words() {
    return words != null ? words : failure == null ? null : failure.reason();
  }

  /** Returns how long it has taken; valid after {@link #end}. */
  long nanos() {
    return tookNanos;
  }

  /** Returns how long it took to the head of the server's answer; {@link AccessFacts#NONE}: none came. */
  long headNanos() {
    return headNanos;
  }

  /** Returns how long servers were waited for; {@link AccessFacts#NONE}: they were not. */
  long queueNanos() {
    return queueNanos;
  }

  /** Returns how long the last attempt to connect took; {@link AccessFacts#NONE}: it did not succeed. */
  long connectNanos() {
    return connectNanos;
  }

  /**
   * Notes and counts the end.
   *
   * @param loop number of the event loop
   * @param status of the answer, or the one that stands for it if the client has seen none
   * @param isTimed whether the time that it took says something about requests
   */
  void end(ExchangeCounts counts, int loop, int status, boolean isTimed) {
    tookNanos = nanoTime.getAsLong() - startNanos;
    queueEnded();
    HttpCounts.ended(counts, loop, status, failure);
    if (isTimed) {
      counts.took(loop, tookNanos);
    }
  }

  /** Returns the access log; null: the exchange is not logged. */
  @Nullable
  AccessLog accessLog() {
    return log;
  }
}
