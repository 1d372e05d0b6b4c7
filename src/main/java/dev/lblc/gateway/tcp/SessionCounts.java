package dev.lblc.gateway.tcp;

import dev.lblc.gateway.count.LoopCounters;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of the sessions of one listener with one service. A route looks it up when it is compiled. May be read from any
 * thread; counting is for the thread of the loop that is named.
 */
final class SessionCounts {
  /** The number of the counter of bytes from clients to servers. */
  static final int TO_SERVER = 0;

  /** The number of the counter of bytes from servers to clients. */
  static final int TO_CLIENT = 1;

  private static final int FAILURES = TcpFailure.values().length;

  private final LoopCounters ends;
  private final OfService service;

  /** Creates counters at zero, beside those of the service. */
  SessionCounts(int loops, OfService service) {
    this.ends = new LoopCounters(loops, 1 + FAILURES);
    this.service = service;
  }

  /** Counts an end; {@code why} is null if it was orderly. */
  void ended(int loop, @Nullable TcpFailure why) {
    ends.add(loop, index(why), 1);
  }

  /** Counts the end, from any thread, of a connection that has no session. */
  void endedAnywhere(TcpFailure why) {
    ends.addFromAnywhere(index(why), 1);
  }

  /** Counts another attempt to connect. */
  void retried(int loop, TcpFailure why) {
    service.retries.add(loop, index(why), 1);
  }

  /** Counts bytes that are passed on. */
  void passed(int loop, int direction, long bytes) {
    service.bytes.add(loop, direction, bytes);
  }

  /** Returns how many sessions have ended so. */
  long ends(@Nullable TcpFailure why) {
    return ends.sum(index(why));
  }

  @SuppressWarnings("EnumOrdinal") // a place in an array of this process, kept nowhere else
  private static int index(@Nullable TcpFailure why) {
    return why == null ? 0 : 1 + why.ordinal();
  }

  /** What is counted of a service, whichever listener its sessions came by. */
  static final class OfService {
    private final LoopCounters bytes;
    private final LoopCounters retries;

    /** Creates counters at zero. */
    OfService(int loops) {
      this.bytes = new LoopCounters(loops, 2);
      this.retries = new LoopCounters(loops, 1 + FAILURES);
    }

    /** Returns how many bytes were passed on in a direction. */
    long bytes(int direction) {
      return bytes.sum(direction);
    }

    /** Returns how often another attempt was made. */
    long retries(TcpFailure why) {
      return retries.sum(index(why));
    }
  }
}
