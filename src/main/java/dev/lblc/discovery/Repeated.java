package dev.lblc.discovery;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A question that is asked again and again. An answer that fails keeps what was known (RFC 8767).
 *
 * <pre>
 * answered:  tell the value if it is another one; ask again after its time to live, at least floor, at most {@link #RAREST}
 * failed:    log it, once for each problem;       ask again after floor, or {@link #SOONEST} while nothing is known
 * </pre>
 *
 * <p>Confined to the thread of names, except {@link #close}.
 *
 * @param <T> what is asked for; has equals
 */
final class Repeated<T> {
  private static final System.Logger LOG = System.getLogger(Repeated.class.getName());

  /** How many of those that were found a line of the log names. */
  private static final int MOST_NAMED = 10;

  /** However long an answer may be used: aliases and the file {@code hosts} do not tell when they will change. */
  static final Duration RAREST = Duration.ofMinutes(1);

  /** While there is nothing to go on with. */
  static final Duration SOONEST = Duration.ofSeconds(1);

  /** What the question found at one time. Without a value there is a problem. */
  record Found<T>(@Nullable T value, long ttlSeconds, String problem) {}

  /** A way to ask; calls back once, on the thread of names. */
  interface Question<T> {
    void ask(Resolver resolver, Consumer<Found<T>> then);
  }

  private final NameLoop loop;
  private final String what;
  private final Duration floor;
  private final Question<T> question;
  private final Function<T, String> inWords;
  private final Consumer<T> changed;
  private final Runnable asked;
  private @Nullable T last;
  private String problem = "";
  private Runnable cancel = () -> {};
  private volatile boolean isClosed;

  /**
   * Creates a question that is asked from {@link #start} on.
   *
   * @param what names the question in the log
   * @param floor the time between two times, at least
   * @param inWords what a value is called in the log
   * @param changed is told of each value that is not the one before
   * @param asked is run after each answer, good or bad, after {@code changed}
   */
  Repeated(
      NameLoop loop,
      String what,
      Duration floor,
      Question<T> question,
      Function<T, String> inWords,
      Consumer<T> changed,
      Runnable asked) {
    this.loop = loop;
    this.what = what;
    this.floor = floor;
    this.question = question;
    this.inWords = inWords;
    this.changed = changed;
    this.asked = asked;
  }

  /** Returns what puts a list into words, the first ones by name. */
  static <E> Function<List<E>, String> named(Function<E, String> name) {
    return all -> all.stream().limit(MOST_NAMED).map(name).collect(Collectors.joining(", "))
        + (all.size() > MOST_NAMED ? " and " + (all.size() - MOST_NAMED) + " more" : "");
  }

  /** Asks for the first time. May be called from any thread, once. */
  void start() {
    loop.execute(this::ask);
  }

  /** Asks no more; an answer that is on its way is told to nobody. */
  void close() {
    isClosed = true;
    loop.execute(cancel);
  }

  private void ask() {
    if (!isClosed) {
      question.ask(loop.resolver(), this::answered);
    }
  }

  private void answered(Found<T> found) {
    if (isClosed) {
      return;
    }
    T value = found.value();
    Duration next;
    if (value == null) {
      failed(found.problem());
      next = last == null && SOONEST.compareTo(floor) < 0 ? SOONEST : floor;
    } else {
      next = next(found.ttlSeconds());
      succeeded(value);
    }
    asked.run();
    cancel = loop.after(next, this::ask);
  }

  private Duration next(long ttlSeconds) {
    Duration ttl = Duration.ofSeconds(Math.min(ttlSeconds, RAREST.toSeconds()));
    return ttl.compareTo(floor) < 0 ? floor : ttl;
  }

  private void succeeded(T value) {
    if (!problem.isEmpty()) {
      problem = "";
      LOG.log(Level.INFO, what + " is answered again: " + inWords.apply(value));
    }
    if (!value.equals(last)) {
      last = value;
      changed.accept(value);
    }
  }

  private void failed(String why) {
    if (why.equals(problem)) {
      return;
    }
    problem = why;
    if (last == null) {
      LOG.log(
          Level.WARNING, what + ": " + why + "; nothing is known yet, and it is asked for again");
    } else {
      LOG.log(
          Level.WARNING,
          what + ": " + why + "; what was known goes on serving: " + inWords.apply(last));
    }
  }
}
