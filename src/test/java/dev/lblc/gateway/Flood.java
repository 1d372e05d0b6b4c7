package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Eventually;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Writes to a connection, on a thread of its own, as much as is taken of so many octets, or until it is told to end. */
final class Flood {
  private static final int LOOKS = 30;

  private final AtomicLong sent = new AtomicLong();
  private final Thread thread;
  private volatile boolean enough;

  private Flood(RawClient to, long octets) {
    thread = new Thread(() -> write(to, octets), "flood");
    thread.setDaemon(true);
    thread.start();
  }

  /** The kernel keeps little of what is not taken. */
  static Flood into(RawClient to, long octets) throws IOException {
    to.socket().setSendBufferSize(16 << 10);
    return new Flood(to, octets);
  }

  /** The same, of octets without end: how much buffers hold depends on the machine. */
  static Flood into(RawClient to) throws IOException {
    return into(to, Long.MAX_VALUE);
  }

  private void write(RawClient to, long octets) {
    byte[] piece = new byte[8 << 10];
    try {
      while (!enough && sent.get() < octets) {
        to.send(piece);
        sent.addAndGet(piece.length);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|closed).*"); // no more is taken
    }
  }

  /** How many octets were taken. */
  long sent() {
    return sent.get();
  }

  /** Waits until nothing more was taken for many looks in a row. */
  static void awaitStall(List<Flood> floods) throws Exception {
    long[] seen = {-1, 0};
    Eventually.holds("nothing more is taken", () -> {
      long now = floods.stream().mapToLong(Flood::sent).sum();
      seen[1] = now == seen[0] ? seen[1] + 1 : 0;
      seen[0] = now;
      return seen[1] >= LOOKS && floods.stream().allMatch(flood -> flood.sent() > 0);
    });
  }

  /** Returns how many octets were taken when the last piece was. */
  long end() throws Exception {
    enough = true;
    awaitEnd();
    return sent();
  }

  /** Waits until the thread has ended: the connection was closed, or all was taken. */
  void awaitEnd() throws Exception {
    Eventually.holds("the flood has ended", () -> !thread.isAlive());
  }
}
