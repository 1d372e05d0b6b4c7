package dev.lblc.health;

import dev.lblc.config.HealthConfig;
import dev.lblc.config.HealthConfig.Fault;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The receiver of the outcomes of connects and requests to one server.
 *
 * <pre>
 * connected      ends the run of failed connects
 * connectFailed  adds to it
 * answered       ends the run of failed answers, or with a 5xx that counts adds to it
 * timedOut       adds to it
 * a run of so many failures as the configuration says: the server is ejected, if it may be
 * </pre>
 *
 * <p>The two runs are apart: a server that takes every connection and answers none of them well must be found, too.
 *
 * <p>May be used from any thread; no method waits.
 */
public final class ServerHealth {
  /** The receiver for a server that is not watched: it ignores every outcome. */
  public static final ServerHealth UNWATCHED = new ServerHealth(null, run -> {});

  private final @Nullable FailureRun connects;
  private final @Nullable FailureRun answers;
  private final boolean countsTimeouts;
  private final boolean counts5xx;
  private final Consumer<FailureRun> limitReached;

  /**
   * Creates a receiver without any failure.
   *
   * @param limitReached told of a run that has reached its limit, and again of each failure more
   */
  ServerHealth(HealthConfig.@Nullable Passive config, Consumer<FailureRun> limitReached) {
    this.limitReached = limitReached;
    countsTimeouts = config != null && config.on().contains(Fault.TIMEOUT);
    counts5xx = config != null && config.on().contains(Fault.ANSWER);
    connects = config != null && config.on().contains(Fault.CONNECT)
        ? new FailureRun(config.failures(), "failed connects")
        : null;
    answers = config != null && (countsTimeouts || counts5xx)
        ? new FailureRun(config.failures(), failedAnswers())
        : null;
  }

  /** Notes that the server accepted a connection. Costs one volatile read if no connect has failed before. */
  public void connected() {
    if (connects != null) {
      connects.end();
    }
  }

  /** Notes that the server did not accept a connection. */
  public void connectFailed() {
    failed(connects);
  }

  /**
   * Notes the status of an answer: 500 and above are failures if they count, but for 501 and 505, which are about the request.
   * Costs one volatile read if no answer has failed before.
   */
  public void answered(int status) {
    if (counts5xx && status >= 500 && status != 501 && status != 505) {
      failed(answers);
    } else if (answers != null) {
      answers.end();
    }
  }

  /** Notes that the server took a request and did not answer in time. */
  public void timedOut() {
    if (countsTimeouts) {
      failed(answers);
    }
  }

  /** Ends both runs. */
  void forget() {
    connected();
    if (answers != null) {
      answers.end();
    }
  }

  private void failed(@Nullable FailureRun run) {
    if (run != null && run.add()) {
      limitReached.accept(run);
    }
  }

  private String failedAnswers() {
    return counts5xx && countsTimeouts
        ? "answers of 5xx or not in time"
        : counts5xx ? "answers of 5xx" : "answers not in time";
  }
}
