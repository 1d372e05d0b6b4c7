package dev.lblc.boot;

import dev.lblc.admin.Control.Reloaded;
import dev.lblc.admin.ReloadException;
import dev.lblc.admin.ReloadException.Fault;
import dev.lblc.config.ConfigDigest;
import dev.lblc.config.ConfigException;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.config.TlsConfig;
import dev.lblc.config.UpstreamTlsConfig;
import dev.lblc.plugin.BrokenPluginException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reloads of a running gateway.
 *
 * <pre>
 * read and check the file and the certificates    all faults of the file
 * compare with what runs                          all changes that need a restart
 * apply                                           a port that is taken, a strategy that cannot be made
 * say what has changed
 * </pre>
 *
 * <p>If one of the first three finds anything, nothing is changed. One thread does all reloads and looks at the files, so that they
 * come one after another. The public methods may be called from any thread.
 */
final class Reloader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);

  /** A log line names no more changes than that. */
  private static final int MOST_LISTED = 50;

  /** What reloads are applied to. */
  interface Running {
    /** Returns the configuration that runs. */
    GatewayConfig config();

    /**
     * Applies another one, whose fixed parts are the same. Blocks.
     *
     * @return JSON paths of what has changed
     */
    List<String> apply(GatewayConfig next) throws ReloadException;
  }

  private final Path file;
  private final PluginFolder plugins;
  private final Running running;
  private final FileWatch watch;
  private final AtomicLong applied = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final ScheduledExecutorService thread = BackgroundThread.named("reload");

  /**
   * Of a gateway that was started with a file.
   *
   * @param running not called before {@link #start} and {@link #reload}
   */
  Reloader(GatewayFile started, Running running) {
    this.file = started.path();
    this.plugins = started.plugins();
    this.running = running;
    this.watch =
        new FileWatch(started.contents().with(FileContents.of(certificates(started.config()))));
  }

  /**
   * Begins to look at the files; changes are reloaded if and as long as the configuration has {@code watch}.
   *
   * @param pause between two looks: a change has to stay for that long
   */
  void start(Duration pause) {
    long millis = pause.toMillis();
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * Reads the gateway's file and the files of TLS again, and applies them as a whole or not at all.
   *
   * @param cause who asks, for the log
   * @return completes on any thread; fails with a {@link ReloadException} if nothing was changed
   */
  Future<Reloaded> reload(String cause) {
    Promise<Reloaded> done = Promise.promise();
    try {
      thread.execute(() -> reload(cause, done));
    } catch (RejectedExecutionException e) {
      done.fail(new ReloadException(List.of(new Fault("$", "the gateway is stopping"))));
    }
    return done.future();
  }

  /** Returns how many reloads took effect and how many were refused, by the label of the result. */
  Map<List<String>, Long> counts() {
    return Map.of(List.of("applied"), applied.get(), List.of("refused"), refused.get());
  }

  /** Ends the reloads; does not wait for one that is under way. */
  @Override
  public void close() {
    thread.shutdown();
  }

  /** Looks at the files, and reloads if they have changed. Only for the thread of the reloads. */
  void look() {
    try {
      if (running.config().watch() && watch.isChanged()) {
        reload("the file has changed", Promise.promise());
      }
    } catch (RuntimeException e) { // would end the watch without a word
      LOG.error("cannot look whether {} has changed", file, e);
    }
  }

  private void reload(String cause, Promise<Reloaded> done) {
    try {
      Reloaded reloaded = reloadNow();
      applied.incrementAndGet();
      say(cause, reloaded);
      done.complete(reloaded);
    } catch (ReloadException e) {
      refused.incrementAndGet();
      LOG.warn("not reloaded ({}): {} is refused and nothing has changed:", cause, file);
      e.faults().forEach(fault -> LOG.warn("  {}", fault));
      done.fail(e);
    } catch (Throwable e) { // a plugin may throw anything
      refused.incrementAndGet();
      LOG.error("not reloaded ({}): {}", cause, file, e);
      done.fail(e);
    }
  }

  private Reloaded reloadNow() throws ReloadException {
    GatewayConfig before = running.config();
    // Before the files are read: a change that comes meanwhile is found by the next look.
    FileContents contents =
        FileContents.of(List.of(file)).with(FileContents.of(certificates(before)));
    watch.know(contents);
    GatewayFile read = read();
    GatewayConfig next = read.config();
    watch.know(contents.with(FileContents.of(certificates(next))));
    List<Fault> faults = new ArrayList<>(FixedParts.faults(before, next));
    faults.addAll(plugins.changes());
    if (!faults.isEmpty()) {
      throw new ReloadException(faults);
    }
    List<String> changed = running.apply(next);
    read.warnings().forEach(warning -> LOG.warn("{}: {}", file, warning));
    return new Reloaded(changed, ConfigDigest.of(next));
  }

  private GatewayFile read() throws ReloadException {
    try {
      return GatewayFile.read(file, plugins);
    } catch (ConfigException e) {
      throw new ReloadException(e.errors().stream()
          .map(error ->
              new Fault(error.path(), error.value() + " (expected: " + error.expected() + ")"))
          .toList());
    } catch (BrokenPluginException e) {
      throw new ReloadException(List.of(new Fault("$", String.valueOf(e.getMessage()))));
    }
  }

  private void say(String cause, Reloaded reloaded) {
    List<String> changed = reloaded.changed();
    if (changed.isEmpty()) {
      LOG.info("reloaded {} ({}): nothing has changed", file, cause);
      return;
    }
    int more = changed.size() - MOST_LISTED;
    LOG.info(
        "reloaded {} ({}): {} {}: {}{}",
        file,
        cause,
        changed.size(),
        changed.size() == 1 ? "change" : "changes",
        String.join(", ", changed.subList(0, Math.min(changed.size(), MOST_LISTED))),
        more > 0 ? " and " + more + " more" : "");
  }

  /** Returns the files of TLS: certificates and keys of listeners and of services, and the authorities of servers. */
  static List<Path> certificates(GatewayConfig config) {
    List<Path> files = new ArrayList<>();
    for (ListenerConfig listener : config.listeners()) {
      TlsConfig tls = listener.tls();
      if (tls != null) {
        tls.certificates().forEach(each -> files.addAll(List.of(each.certificate(), each.key())));
        if (tls.clientAuth() != null) {
          files.add(tls.clientAuth().trust());
        }
      }
    }
    for (ServiceConfig service : config.plugin().services().values()) {
      UpstreamTlsConfig tls = service.tls();
      if (tls != null) {
        Stream.of(tls.trust(), tls.certificate(), tls.key())
            .flatMap(Stream::ofNullable)
            .forEach(files::add);
      }
    }
    return files;
  }
}
