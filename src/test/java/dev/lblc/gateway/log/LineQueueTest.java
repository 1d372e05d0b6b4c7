package dev.lblc.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LineQueueTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int CHUNKS = 16;
  private static final long SOON = TimeUnit.MILLISECONDS.toNanos(1);

  private final Disk disk = new Disk();
  private final LineQueue queue = new LineQueue(disk, CHUNKS, SOON);

  /** Takes as many octets as the test allows; then it is full, or has whoever writes wait. */
  private static final class Disk implements LineTarget {
    final Semaphore asked = new Semaphore(0);
    final Semaphore mayWrite = new Semaphore(0);
    private final List<ByteArrayOutputStream> files = new ArrayList<>(); // guarded by this
    private int room = Integer.MAX_VALUE; // guarded by this
    private boolean isOpen = true; // guarded by this
    private boolean mayReopen = true; // guarded by this
    private boolean isMoved = true; // guarded by this
    private int reopened; // guarded by this
    private int failures; // guarded by this

    Disk() {
      files.add(new ByteArrayOutputStream());
    }

    @Override
    public String name() {
      return "disk";
    }

    @Override
    public void write(ByteBuffer octets) throws IOException {
      asked.release();
      mayWrite.acquireUninterruptibly();
      mayWrite.release();
      synchronized (this) {
        isOpen = true;
        if (room == 0) {
          failures++;
          throw new IOException("no room");
        }
        int length = Math.min(room, octets.remaining());
        byte[] some = new byte[length];
        octets.get(some);
        files.get(files.size() - 1).write(some, 0, length);
        room -= length;
      }
    }

    @Override
    public synchronized boolean reopen() throws IOException {
      reopened++;
      if (!mayReopen) {
        throw new IOException("not allowed");
      }
      if (isMoved) {
        files.add(new ByteArrayOutputStream());
      }
      return isMoved;
    }

    @Override
    public synchronized void close() {
      isOpen = false;
    }

    synchronized void room(int octets) {
      room = octets;
    }

    synchronized void mayReopen(boolean may) {
      mayReopen = may;
    }

    synchronized void isMoved(boolean moved) {
      isMoved = moved;
    }

    synchronized int reopened() {
      return reopened;
    }

    synchronized int failures() {
      return failures;
    }

    synchronized boolean isOpen() {
      return isOpen;
    }

    synchronized int files() {
      return files.size();
    }

    synchronized String text(int file) {
      return files.get(file).toString(StandardCharsets.US_ASCII);
    }
  }

  @AfterEach
  void end() {
    disk.room(Integer.MAX_VALUE);
    disk.mayWrite.release(1);
    queue.close(LONG);
  }

  @Test
  void lines_ofManyThreads_areAllWrittenWhole() throws Exception {
    disk.mayWrite.release(1);
    List<Thread> threads = new ArrayList<>();
    for (int writer = 0; writer < 5; writer++) {
      int number = writer;
      Thread thread = new Thread(() -> {
        for (int i = 0; i < 200; i++) {
          log("w" + number + " " + i, number);
        }
      });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    queue.close(LONG);
    List<String> lines = disk.text(0).lines().toList();
    assertThat(lines).hasSize(1000).doesNotHaveDuplicates();
    for (int writer = 0; writer < 5; writer++) {
      String begin = "w" + writer + " ";
      assertThat(lines.stream().filter(line -> line.startsWith(begin)))
          .as("in order")
          .hasSize(200)
          .startsWith(begin + 0)
          .endsWith(begin + 199);
    }
    assertThat(queue.dropped()).isZero();
    assertThat(disk.isOpen()).isFalse();
  }

  @Test
  @ExpectedLog("WARN LineQueue: the access log disk goes on; 50 lines were dropped before")
  void lines_whileTheTargetDoesNotTakeThem_areDroppedWholeCountedAndTold() throws Exception {
    log("first", 0);
    disk.asked.acquire(); // it waits for the disk, with one of the chunks
    int each = 1024;
    int fit = (CHUNKS - 1) * Chunk.SIZE / each;
    for (int i = 0; i < fit + 50; i++) {
      log("x".repeat(each - 1), 0); // waits for nobody
    }
    assertThat(queue.dropped()).isEqualTo(50);
    disk.mayWrite.release(1);
    queue.close(LONG);
    assertThat(disk.text(0).lines()).hasSize(1 + fit);
    assertThat(disk.text(0).lines().skip(1)).allMatch(line -> line.length() == each - 1);
  }

  @Test
  @ExpectedLog({
    "ERROR LineQueue: the access log disk cannot be written: no room. Lines wait in memory",
    "WARN LineQueue: the access log disk can be written again; no line was dropped"
  })
  void failure_inMidLine_goesOnThere() throws Exception {
    disk.mayWrite.release(1);
    disk.room(3);
    log("first", 0);
    Eventually.holds("it was tried more than once", () -> disk.failures() > 2);
    log("second", 1);
    disk.room(Integer.MAX_VALUE);
    Eventually.holds("both", () -> disk.text(0).equals("first\nsecond\n"));
  }

  @Test
  @ExpectedLog({
    "ERROR LineQueue: the access log disk cannot be written: no room. Lines wait in memory",
    "WARN LineQueue: the access log disk can be written again; no line was dropped"
  })
  void reopen_inMidLine_writesItAsAWhole() throws Exception {
    disk.mayWrite.release(1);
    disk.room(9);
    log("first", 0);
    Eventually.holds("first", () -> disk.text(0).equals("first\n"));
    log("second", 0);
    Eventually.holds("it was tried", () -> disk.failures() > 0);
    assertThat(disk.text(0)).isEqualTo("first\nsec");
    queue.reopen();
    Eventually.holds("reopened", () -> disk.files() == 2);
    disk.room(Integer.MAX_VALUE);
    Eventually.holds("the rest", () -> disk.text(1).equals("second\n"));
  }

  @Test
  @ExpectedLog({
    "ERROR LineQueue: the access log disk cannot be written: no room. Lines wait in memory",
    "WARN LineQueue: the access log disk can be written again; no line was dropped"
  })
  void reopen_ofTheSameFileInMidLine_goesOnWhereItStopped() throws Exception {
    disk.mayWrite.release(1);
    disk.room(9);
    disk.isMoved(false);
    log("first", 0);
    Eventually.holds("first", () -> disk.text(0).equals("first\n"));
    log("second", 0);
    Eventually.holds("it was tried", () -> disk.failures() > 0);
    queue.reopen();
    Eventually.holds("reopened", () -> disk.reopened() == 1);
    disk.room(Integer.MAX_VALUE);
    Eventually.holds("the rest", () -> disk.text(0).equals("first\nsecond\n"));
  }

  @Test
  @ExpectedLog("ERROR LineQueue: the access log disk cannot be opened again: not allowed")
  void reopen_thatFails_goesOnAsBefore() throws Exception {
    disk.mayWrite.release(1);
    disk.mayReopen(false);
    queue.reopen();
    log("first", 0);
    Eventually.holds("first", () -> disk.text(0).equals("first\n"));
    disk.mayReopen(true);
    queue.reopen();
    Eventually.holds("reopened", () -> disk.files() == 2);
    log("second", 0);
    Eventually.holds("second", () -> disk.text(1).equals("second\n"));
  }

  @Test
  void target_thatNobodyUses_isClosedUntilALateLine() throws Exception {
    disk.mayWrite.release(1);
    log("first", 0);
    queue.use(false);
    Eventually.holds("closed", () -> !disk.isOpen() && disk.text(0).equals("first\n"));
    log("late", 0);
    Eventually.holds("written", () -> disk.text(0).equals("first\nlate\n"));
    Eventually.holds("closed again", () -> !disk.isOpen());
    queue.use(true);
    log("last", 0);
    Eventually.holds("written again", () -> disk.text(0).endsWith("last\n"));
    assertThat(disk.isOpen()).isTrue();
  }

  @Test
  @ExpectedLog("WARN LineQueue: the access log disk goes on; 17 lines were dropped before")
  void line_thatIsTooLong_takesNoRoomFromOthers() throws Exception {
    disk.mayWrite.release(1);
    for (int i = 0; i <= CHUNKS; i++) {
      log("x".repeat(Chunk.SIZE), 0);
    }
    assertThat(queue.dropped()).isEqualTo(CHUNKS + 1);
    log("next", 0);
    Eventually.holds("next", () -> disk.text(0).equals("next\n"));
  }

  @Test
  @ExpectedLog({
    "ERROR LineQueue: the access log disk cannot be written: no room",
    "WARN LineQueue: the access log disk ends without its last 2 lines"
  })
  void close_whileTheTargetFails_saysWhatIsLost() throws Exception {
    disk.mayWrite.release(1);
    disk.room(0);
    log("first", 0);
    Eventually.holds("it was tried", () -> disk.failures() > 0);
    log("second", 1);
    queue.close(LONG);
    assertThat(disk.text(0)).isEmpty();
  }

  @Test
  @ExpectedLog("WARN LineQueue: the access log disk did not take its last lines within 20 ms")
  void close_whileTheTargetWaits_ends() throws Exception {
    log("first", 0);
    disk.asked.acquire();
    queue.close(Duration.ofMillis(20));
    assertThat(disk.text(0)).isEmpty();
  }

  private void log(String line, int writer) {
    byte[] octets = (line + "\n").getBytes(StandardCharsets.US_ASCII);
    queue.take(octets, octets.length, writer);
  }
}
