package dev.lblc.gateway.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of lines to one target, for which nobody who logs ever waits: a thread of its own writes them.
 *
 * <pre>
 *   take      copies the line to a chunk of one of the stripes         any thread; dropped if all chunks are full
 *   thread    takes the chunks of all stripes, writes them, sleeps for some milliseconds, and again
 *             nothing came: sleeps until a line wakes it
 *   failure   the same octets are tried again, each second; lines wait meanwhile, and the queue fills
 *   reopen    between two writes; a line that was written in part is written to another file again, as a whole
 * </pre>
 *
 * <p>So no line is torn or lost but those that are dropped whole, which are counted, and told of once the target takes lines again. Lines of
 * different loops may change places within the milliseconds of one turn. May be used from any thread.
 */
final class LineQueue implements LineSink {
  private static final Logger LOG = LoggerFactory.getLogger(LineQueue.class);

  /** 8 MiB: at 50,000 lines a second what comes in half a second and more; a disk that is busy for longer is not up to the load. */
  private static final int MOST_CHUNKS = 128;

  /** As many as a quiet log needs; the rest is given back after a rush. */
  private static final int KEPT_CHUNKS = 8;

  /** A power of two. Loops share a stripe where there are more of them, which costs them a lock that others use. */
  private static final int STRIPES = 64;

  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Chunks that wait, of the threads that share this lock. It is held for the copy of a line. */
  private static final class Stripe {
    private Deque<Chunk> waiting = new ArrayDeque<>(); // guarded by this
  }

  private final LineTarget target;
  private final Thread thread;
  private final int mostChunks;
  private final long retryNanos;
  private final Stripe[] stripes = new Stripe[STRIPES];
  private final ConcurrentLinkedQueue<Chunk> free = new ConcurrentLinkedQueue<>();
  private final AtomicInteger made = new AtomicInteger();
  private final LongAdder dropped = new LongAdder();

  // Asked of the thread.
  private volatile boolean isIdle;
  private volatile boolean isReopening;
  private volatile boolean isUnused;
  private volatile boolean isClosing;

  // Of the thread.
  private final Deque<Chunk> writing = new ArrayDeque<>();
  private @Nullable ByteBuffer present;
  private boolean isFailing;
  private boolean isReopenFailing;
  private long toldOf;

  LineQueue(LineTarget target) {
    this(target, MOST_CHUNKS, RETRY_NANOS);
  }

  /** With so many chunks at most, and a pause after a failure. */
  LineQueue(LineTarget target, int mostChunks, long retryNanos) {
    this.target = target;
    this.mostChunks = mostChunks;
    this.retryNanos = retryNanos;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
    thread = new Thread(this::run, "access-log " + target.name());
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void take(byte[] octets, int length, int writer) {
    Stripe stripe = stripes[writer & (STRIPES - 1)];
    if (!add(stripe, octets, length)) {
      dropped.increment();
    }
    if (isIdle) {
      isIdle = false;
      LockSupport.unpark(thread);
    }
  }

  private boolean add(Stripe stripe, byte[] octets, int length) {
    synchronized (stripe) {
      Chunk last = stripe.waiting.peekLast();
      if (last != null && last.add(octets, length)) {
        return true;
      }
      Chunk next = length > Chunk.SIZE ? null : chunk();
      if (next == null) {
        return false;
      }
      boolean unused = next.add(octets, length);
      stripe.waiting.addLast(next);
      return true;
    }
  }

  private @Nullable Chunk chunk() {
    Chunk used = free.poll();
    if (used != null) {
      return used;
    }
    if (made.incrementAndGet() > mostChunks) {
      made.decrementAndGet();
      return null;
    }
    return new Chunk();
  }

  /** Returns how many lines were dropped since the start. */
  long dropped() {
    return dropped.sum();
  }

  /** Has the target begin anew, soon. */
  void reopen() {
    isReopening = true;
    LockSupport.unpark(thread);
  }

  /** Says whether a configuration uses it: else it holds nothing open, unless a late line comes. */
  void use(boolean isUsed) {
    isUnused = !isUsed;
    LockSupport.unpark(thread);
  }

  /** Ends it once all lines are written, one cannot be, or the time is over; what is lost so is said. Lines that come later are dropped. */
  void close(Duration limit) {
    isClosing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(limit.toMillis());
      if (thread.isAlive()) {
        LOG.warn(
            "the access log {} did not take its last lines within {} ms",
            target.name(),
            limit.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean isEnd = false;
    while (!isEnd) {
      try {
        isEnd = turn();
      } catch (RuntimeException | LinkageError e) { // the next turn may do better
        LOG.error("the access log {} cannot be written", target.name(), e);
        LockSupport.parkNanos(retryNanos);
      }
    }
  }

  /** Returns whether it is the last one. */
  private boolean turn() {
    reopenIfAsked();
    boolean isLast = isClosing; // before it takes what there is
    takeAll();
    if (writing.isEmpty()) {
      if (isLast || isUnused) {
        closeTarget();
      }
      if (!isLast) {
        sleepUntilWoken();
      }
      return isLast;
    }
    boolean isDone = writeAll();
    if (isDone) {
      tell();
      giveBack();
    } else if (isLast) {
      LOG.warn(
          "the access log {} ends without its last {} lines",
          target.name(),
          writing.stream().mapToInt(Chunk::lines).sum());
    }
    if (!isLast) {
      LockSupport.parkNanos(isDone ? TURN_NANOS : retryNanos);
    }
    return isLast && !isDone;
  }

  private void takeAll() {
    for (Stripe stripe : stripes) {
      synchronized (stripe) {
        writing.addAll(stripe.waiting);
        stripe.waiting.clear();
      }
    }
  }

  private void sleepUntilWoken() {
    isIdle = true;
    // A line that came before that was said to nobody who sleeps.
    if (isQuiet()) {
      LockSupport.park(this);
    }
    isIdle = false;
  }

  private boolean isQuiet() {
    if (isReopening || isClosing) {
      return false;
    }
    for (Stripe stripe : stripes) {
      synchronized (stripe) {
        if (!stripe.waiting.isEmpty()) {
          return false;
        }
      }
    }
    return true;
  }

  /** Returns false if the target has failed: what is left is tried again. */
  private boolean writeAll() {
    Chunk first = writing.peekFirst();
    while (first != null) {
      ByteBuffer octets = present == null ? first.toWrite() : present;
      present = octets;
      try {
        while (octets.hasRemaining()) {
          target.write(octets);
        }
      } catch (IOException e) {
        failed(e);
        return false;
      }
      present = null;
      writing.removeFirst();
      first.clear();
      free.add(first);
      first = writing.peekFirst();
    }
    return true;
  }

  private void failed(IOException cause) {
    if (!isFailing) {
      isFailing = true;
      LOG.error(
          "the access log {} cannot be written: {}. Lines wait in memory, {} MiB of them; more are dropped until it can be written again",
          target.name(),
          String.valueOf(cause.getMessage()),
          ((long) mostChunks * Chunk.SIZE) >> 20);
    }
  }

  private void tell() {
    long all = dropped.sum();
    if (all > toldOf) {
      LOG.warn(
          "the access log {} goes on; {} lines were dropped before, as it did not take them in time",
          target.name(),
          all - toldOf);
      toldOf = all;
    } else if (isFailing) {
      LOG.warn("the access log {} can be written again; no line was dropped", target.name());
    }
    isFailing = false;
  }

  /** Gives memory back that only a rush needed, little by little: the rush may not be over. */
  private void giveBack() {
    if (free.size() > KEPT_CHUNKS && free.poll() != null) {
      made.decrementAndGet();
    }
  }

  private void reopenIfAsked() {
    if (!isReopening) {
      return;
    }
    isReopening = false;
    try {
      boolean isMoved = target.reopen();
      isReopenFailing = false;
      Chunk first = writing.peekFirst();
      ByteBuffer rest = present;
      if (isMoved && first != null && rest != null) {
        rest.position(first.lineStart(rest.position())); // a part of it is in the other file
      }
    } catch (IOException e) {
      if (!isReopenFailing) {
        isReopenFailing = true;
        LOG.error(
            "the access log {} cannot be opened again: {}. Lines go on to the file that it was",
            target.name(),
            String.valueOf(e.getMessage()));
      }
    }
  }

  private void closeTarget() {
    try {
      target.close();
    } catch (IOException e) {
      LOG.warn("the access log {} cannot be closed: {}", target.name(), e.getMessage());
    }
  }
}
