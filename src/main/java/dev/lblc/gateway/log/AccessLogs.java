package dev.lblc.gateway.log;

import dev.lblc.config.AccessLogConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The access logs of a process: one way to standard output and one to each file, however many listeners use it. May be used from any
 * thread.
 */
public final class AccessLogs {
  private static final Duration END = Duration.ofSeconds(1);

  private final LongSupplier epochMillis;
  private final LineSink console;
  private final Map<Path, LineQueue> files = new ConcurrentHashMap<>();
  private final @Nullable LineQueue consoleQueue;

  private AccessLogs(LineSink console, @Nullable LineQueue consoleQueue, LongSupplier epochMillis) {
    this.console = console;
    this.consoleQueue = consoleQueue;
    this.epochMillis = epochMillis;
  }

  /**
   * Creates those of a process.
   *
   * @param standardOutput may block whoever writes to it
   * @param epochMillis wall clock in milliseconds
   */
  public static AccessLogs of(OutputStream standardOutput, LongSupplier epochMillis) {
    LineQueue queue = new LineQueue(new StreamTarget("on standard output", standardOutput));
    return new AccessLogs(queue, queue, epochMillis);
  }

  /** Creates some whose lines for standard output go elsewhere, on the thread that logs. */
  public static AccessLogs to(LineSink console, LongSupplier epochMillis) {
    return new AccessLogs(console, null, epochMillis);
  }

  /**
   * Returns the access log of a listener; null: it has none. Blocks while a file is opened.
   *
   * @throws IllegalArgumentException if a file cannot be opened; the message says which and why
   */
  public @Nullable AccessLog open(String listener, @Nullable AccessLogConfig config) {
    if (config == null) {
      return null;
    }
    LineSink sink = config.file() == null ? console : file(listener, config.file());
    return new AccessLog(listener, config.format(), sink, epochMillis);
  }

  private synchronized LineSink file(String listener, Path file) {
    Path whole = file.toAbsolutePath().normalize();
    try {
      FileTarget opened = FileTarget.open(whole);
      LineQueue known = files.get(whole);
      if (known != null) {
        opened.close(); // it could be opened, which is all there was to find out
        return known;
      }
      LineQueue made = new LineQueue(opened);
      files.put(whole, made);
      return made;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "listener " + listener + ": accessLog.file " + file + ": " + e, e);
    }
  }

  /** Says which access logs there are from now on: files of others are closed, once nothing goes there any more. */
  public void use(Collection<AccessLog> present) {
    Set<LineSink> used = new HashSet<>();
    present.forEach(log -> used.add(log.sink()));
    files.values().forEach(queue -> queue.use(used.contains(queue)));
  }

  /** Opens all files again, soon: they may have been moved. Does not wait. */
  public void reopen() {
    files.values().forEach(LineQueue::reopen);
  }

  /** Returns how many lines were dropped since the start, as they were not taken in time. */
  public long dropped() {
    long all = consoleQueue == null ? 0 : consoleQueue.dropped();
    for (LineQueue queue : files.values()) {
      all += queue.dropped();
    }
    return all;
  }

  /** Writes what there is to write, and ends; waits a second at most for each of them. */
  public void close() {
    files.values().forEach(queue -> queue.close(END));
    if (consoleQueue != null) {
      consoleQueue.close(END);
    }
  }
}
