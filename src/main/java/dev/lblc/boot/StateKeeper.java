package dev.lblc.boot;

import dev.lblc.plugin.DestinationStatus;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.ServiceStatus;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.plugin.ServicesVerticle;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the tables of the services in a {@link StateFile}: reads it once before the gateway serves, then writes it every minute and
 * at the end, on a thread of its own.
 *
 * <p>A file that cannot be used is left out with a line in the log: the gateway does without. The same process writes it later.
 */
final class StateKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(StateKeeper.class);
  private static final long PERIOD_SECONDS = 60;
  private static final long LAST_WRITE_SECONDS = 10;

  private final Path file;
  private final Lblc lblc;
  private final LongSupplier epochMillis;
  private final ScheduledExecutorService thread = BackgroundThread.named("state");

  /** Returns one that keeps nothing yet; null without a file. */
  static @Nullable StateKeeper of(@Nullable Path file, Lblc lblc) {
    return file == null ? null : new StateKeeper(file, lblc, System::currentTimeMillis);
  }

  /**
   * Keeps nothing yet.
   *
   * @param epochMillis now, in milliseconds since 1970
   */
  StateKeeper(Path file, Lblc lblc, LongSupplier epochMillis) {
    this.file = file;
    this.lblc = lblc;
    this.epochMillis = epochMillis;
  }

  /** Puts what the file holds into the tables of services that have the same strategy. Blocks; never fails. */
  void restore(ServicesVerticle services) {
    if (!Files.exists(file)) {
      LOG.info("state {}: there is none yet, the tables are empty", file);
      return;
    }
    long[] counts = new long[2];
    try {
      StateFile.read(file, epochMillis.getAsLong(), (saved, entries) -> {
        counts[0] += entries.size();
        counts[1] += restore(services, saved, entries);
      });
      LOG.info(
          "state {}: {} of {} destinations have their homes again", file, counts[1], counts[0]);
    } catch (IOException e) {
      LOG.warn("state {} is ignored, the tables are empty: {}", file, reason(e));
    }
  }

  /** Writes the file every minute from now on. */
  void start() {
    ScheduledFuture<?> unused = thread.scheduleWithFixedDelay(
        this::write, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  /** Writes the file now. Blocks, up to ten seconds; not to be called once it is stopped. */
  void writeNow() throws IOException {
    try {
      thread
          .submit(() -> StateFile.write(file, lblc.services(), epochMillis.getAsLong()))
          .get(LAST_WRITE_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      throw new IOException(file + ": the gateway is stopping", e);
    } catch (ExecutionException e) {
      // Of a file system's, the message alone is only a path.
      throw new IOException(
          file + ": " + (e.getCause() instanceof IOException cause ? reason(cause) : e), e);
    } catch (TimeoutException e) {
      throw new IOException(file + ": not within " + LAST_WRITE_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  /** Leaves the file to another process. Blocks, up to ten seconds, while it is written. */
  void leave() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(LAST_WRITE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("state {} is still being written, though a successor has it now", file);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes the file for the last time. Blocks, up to ten seconds. */
  void stop() {
    thread.shutdown();
    try {
      if (thread.awaitTermination(LAST_WRITE_SECONDS, TimeUnit.SECONDS)) {
        write();
      } else {
        LOG.warn("state {} could not be written in time: it is a minute old", file);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    try {
      long entries = StateFile.write(file, lblc.services(), epochMillis.getAsLong());
      LOG.debug("state {}: {} destinations were written", file, entries);
    } catch (IOException | RuntimeException e) {
      LOG.warn("state {} could not be written, it stays as it was: {}", file, reason(e));
    }
  }

  private int restore(
      ServicesVerticle services, StateFile.Saved saved, List<DestinationStatus> entries) {
    ServiceStatus now = lblc.services().stream()
        .filter(service -> service.name().equals(saved.name()))
        .map(LblcService::status)
        .findFirst()
        .orElse(null);
    if (now == null || !now.strategy().equals(saved.strategy())) {
      return 0;
    }
    List<String> same = now.servers().stream()
        .filter(server -> addressOf(server).equals(saved.addresses().get(server.id())))
        .map(ServerStatus::id)
        .toList();
    return services.restore(
        saved.name(),
        entries.stream()
            .map(entry -> new DestinationStatus(
                entry.destination(),
                entry.homes().stream().filter(same::contains).toList(),
                entry.idleMillis()))
            .toList());
  }

  private static String addressOf(ServerStatus server) {
    return StateFile.address(server.host(), server.port());
  }

  private static String reason(Exception e) {
    return e instanceof IOException && e.getMessage() != null && e.getClass() == IOException.class
        ? e.getMessage()
        : e.toString();
  }
}
