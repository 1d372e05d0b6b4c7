package dev.lblc.discovery;

import dev.lblc.config.DnsConfig;
import dev.lblc.discovery.Resolver.Family;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A thread of names whose time a test advances, and a name server with the answers that it is told. */
final class ManualNames implements NameLoop, Resolver {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<Timer> timers = new ArrayList<>();
  private final Map<String, Answer<?>> answers = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private Duration now = Duration.ZERO;
  private int users;

  private record Timer(Duration at, Runnable task) {}

  /** Runs all that is due, then all that becomes due within a time. */
  void advance(Duration by) {
    Duration until = now.plus(by);
    runTasks();
    while (true) {
      Timer next = timers.stream()
          .filter(timer -> timer.at().compareTo(until) <= 0)
          .min(Comparator.comparing(Timer::at))
          .orElse(null);
      if (next == null) {
        break;
      }
      timers.remove(next);
      now = next.at();
      next.task().run();
      runTasks();
    }
    now = until;
  }

  /** Runs all that is due. */
  void run() {
    advance(Duration.ZERO);
  }

  void answer(String name, Family family, Answer<InetAddress> answer) {
    answers.put(name + ' ' + family, answer);
  }

  void answer(String name, int ttlSeconds, String... ipv4) {
    answer(name, Family.IPV4, Answer.of(Stream.of(ipv4).map(ManualNames::ip).toList(), ttlSeconds));
  }

  void targets(String name, Answer<Target> answer) {
    answers.put(name, answer);
  }

  /** Returns the questions since this was last called. */
  List<String> takeAsked() {
    List<String> taken = List.copyOf(asked);
    asked.clear();
    return taken;
  }

  int users() {
    return users;
  }

  static InetAddress ip(String address) {
    try {
      return InetAddress.getByName(address);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(address, e);
    }
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  @Override
  public void use() {
    users++;
  }

  @Override
  public void leave() {
    users--;
  }

  @Override
  public void configure(DnsConfig wanted) {}

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public Runnable after(Duration delay, Runnable task) {
    Timer timer = new Timer(now.plus(delay), task);
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  @Override
  public Resolver resolver() {
    return this;
  }

  @Override
  public void addresses(String name, Family family, Consumer<Answer<InetAddress>> then) {
    answer(name + ' ' + family, then);
  }

  @Override
  public void targets(String name, Consumer<Answer<Target>> then) {
    answer(name, then);
  }

  @SuppressWarnings("unchecked") // the test says which kind of answer a question has
  private <T> void answer(String question, Consumer<Answer<T>> then) {
    asked.add(question);
    Answer<T> answer = (Answer<T>) answers.getOrDefault(question, Answer.none("no such name"));
    tasks.add(() -> then.accept(answer));
  }
}
