package dev.lblc.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.QueueConfig;
import dev.lblc.plugin.NoServerException.Cause;
import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.Facts;
import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.PeriodicTimer;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Service;
import dev.lblc.scheduler.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who waits for a server, for how long, and who gets it. */
final class ServiceQueueTest {
  private static final QueueConfig CONFIG =
      new QueueConfig(3, Duration.ofSeconds(10), Duration.ofMillis(100));
  private static final Set<String> NOBODY = Set.of();

  private long nowMillis;
  private final Service service = new Service(
      "images", LocalityBased::new, SchedulerOptions.DEFAULTS, () -> nowMillis, false, Random::new);
  private final Looks looks = new Looks();
  private final Random random = new Random(4);
  private final ServiceQueue queue =
      new ServiceQueue(service, CONFIG, () -> nowMillis, looks, () -> random, this::acquire);

  ServiceQueueTest() {
    service.servers().add(new ServerSpec("a", "192.0.2.1", 80, 100, 0, 0, 1));
    service.servers().add(new ServerSpec("b", "192.0.2.1", 81, 100, 0, 0, 1));
  }

  @Test
  void turn_whileThereIsRoom_isGrantedAtOnce() {
    Turn turn = queue.enter("x", NOBODY, Facts.NONE);
    assertThat(isDone(turn)).isTrue();
    turn.leave();
    assertThat(queue.status().length()).isZero();
    assertThat(looks.task).isNull();
  }

  @Test
  void turns_beyondMax_areGrantedInOrder() {
    Lease one = lease(queue.enter("x", NOBODY, Facts.NONE));
    Lease two = lease(queue.enter("y", NOBODY, Facts.NONE));
    List<Turn> waiting = List.of(
        queue.enter("1", NOBODY, Facts.NONE),
        queue.enter("2", NOBODY, Facts.NONE),
        queue.enter("3", NOBODY, Facts.NONE));
    assertThat(waiting).noneMatch(ServiceQueueTest::isDone);
    assertThat(queue.status().length()).isEqualTo(3);
    two.close();
    assertThat(lease(waiting.get(0)).server()).isSameAs(two.server());
    assertThat(isDone(waiting.get(1))).isFalse();
    nowMillis = 70;
    one.close();
    assertThat(lease(waiting.get(1)).server()).isSameAs(one.server());
    lease(waiting.get(1)).close();
    assertThat(lease(waiting.get(2)).server()).isSameAs(one.server());
    assertThat(looks.task).as("nobody waits").isNull();
    assertThat(queue.status().counts()).startsWith(1L, 0L, 0L, 0L, 2L);
    assertThat(queue.status().sumSeconds()).isEqualTo(0.14);
    assertThat(service.decisions()).as("who waits asks for nothing").containsEntry(Reason.NONE, 0L);
  }

  @Test
  void turn_ofADestinationWhoseHomeIsFull_waitsForItForHomeWait_andLetsOthersPass() {
    Lease home = lease(queue.enter("x", NOBODY, Facts.NONE));
    Turn again = queue.enter("x", NOBODY, Facts.NONE);
    assertThat(isDone(again)).as("the other server has room").isFalse();
    Lease other = lease(queue.enter("y", NOBODY, Facts.NONE));
    assertThat(other.server()).isNotSameAs(home.server());
    other.close();
    assertThat(isDone(again)).isFalse();
    nowMillis = 99;
    looks.look();
    assertThat(isDone(again)).isFalse();
    nowMillis = 100;
    looks.look();
    assertThat(lease(again).server()).isSameAs(other.server());
  }

  @Test
  void turn_withRoom_isGranted_thoughTheLineIsFullOfThoseWhoWaitForTheirHome() {
    Lease home = lease(queue.enter("x", NOBODY, Facts.NONE));
    for (int i = 0; i < CONFIG.length(); i++) {
      assertThat(isDone(queue.enter("x", NOBODY, Facts.NONE))).isFalse();
    }
    assertThat(refusal(queue.enter("x", NOBODY, Facts.NONE))).isEqualTo(Cause.QUEUE_FULL);
    assertThat(lease(queue.enter("y", NOBODY, Facts.NONE)).server()).isNotSameAs(home.server());
    assertThat(queue.status().length()).isEqualTo(3);
    assertThat(refusal(queue.enter("z", NOBODY, Facts.NONE))).isEqualTo(Cause.QUEUE_FULL);
  }

  @Test
  void turn_ofADestinationWhoseHomeIsFreeInTime_goesThere() {
    Lease home = lease(queue.enter("x", NOBODY, Facts.NONE));
    Turn again = queue.enter("x", NOBODY, Facts.NONE);
    nowMillis = 50;
    home.close();
    assertThat(lease(again).server()).isSameAs(home.server());
    assertThat(lease(again).reason()).isEqualTo(Reason.HIT);
  }

  @Test
  void turn_beyondLength_orTooLate_orWithoutAServer_isRefused() {
    Lease one = lease(queue.enter("x", NOBODY, Facts.NONE));
    Turn first = queue.enter("y", Set.of(one.server().id()), Facts.NONE);
    assertThat(isDone(first)).isTrue();
    List<Turn> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(queue.enter("w" + i, NOBODY, Facts.NONE));
      nowMillis++;
    }
    assertThat(refusal(queue.enter("z", NOBODY, Facts.NONE))).isEqualTo(Cause.QUEUE_FULL);
    nowMillis = 10_000;
    looks.look();
    assertThat(refusal(waiting.get(0))).isEqualTo(Cause.QUEUE_TIMEOUT);
    assertThat(isDone(waiting.get(1))).isFalse();
    service.servers().editWeight("a", 0);
    service.servers().editWeight("b", 0);
    looks.look();
    assertThat(refusal(waiting.get(1))).isEqualTo(Cause.NO_SERVER);
    assertThat(refusal(waiting.get(2))).isEqualTo(Cause.NO_SERVER);
    assertThat(refusal(queue.enter("z", NOBODY, Facts.NONE))).isEqualTo(Cause.NO_SERVER);
    assertThat(queue.status())
        .extracting(QueueStatus::length, QueueStatus::full, QueueStatus::timeouts)
        .containsExactly(0, 1L, 1L);
  }

  @Test
  void turn_forWhichTheStrategyChoosesNone_isRefusedInTime() {
    service.use(service.prepare(context -> new NoChoice()));
    Turn turn = queue.enter("x", NOBODY, Facts.NONE);
    nowMillis = 9_999;
    looks.look();
    assertThat(isDone(turn)).as("another may have been first").isFalse();
    nowMillis = 10_000;
    looks.look();
    assertThat(refusal(turn)).isEqualTo(Cause.QUEUE_TIMEOUT);
    assertThat(queue.status().length()).isZero();
  }

  @Test
  void turn_thatIsLeft_holdsUpNobody() {
    Lease one = lease(queue.enter("x", NOBODY, Facts.NONE));
    Lease unused = lease(queue.enter("y", NOBODY, Facts.NONE));
    Turn first = queue.enter("1", NOBODY, Facts.NONE);
    Turn second = queue.enter("2", NOBODY, Facts.NONE);
    first.leave();
    first.leave();
    assertThat(queue.status())
        .extracting(QueueStatus::length, QueueStatus::left)
        .containsExactly(1, 1L);
    one.close();
    assertThat(isDone(first)).isFalse();
    assertThat(lease(second).server()).isSameAs(one.server());
  }

  @Test
  void turn_forWhichNoServerIsLeft_isRefused_thoughThoseInFrontGoOnWaiting() {
    Lease unused = lease(queue.enter("x", NOBODY, Facts.NONE));
    Lease other = lease(queue.enter("y", NOBODY, Facts.NONE));
    Turn first = queue.enter("1", NOBODY, Facts.NONE);
    Turn retry = queue.enter("2", Set.of("a"), Facts.NONE);
    service.servers().editWeight("b", 0);
    looks.look();
    assertThat(isDone(first)).isFalse();
    assertThat(refusal(retry)).isEqualTo(Cause.NO_SERVER);
    other.close();
  }

  @Test
  void turns_whoseLeasesAreClosedAtOnce_needNoDeepStack() {
    int many = 50_000;
    queue.configure(new QueueConfig(many, Duration.ofHours(1), Duration.ZERO));
    Lease one = lease(queue.enter("x", NOBODY, Facts.NONE));
    Lease unused = lease(queue.enter("y", NOBODY, Facts.NONE));
    List<Integer> served = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      int number = i;
      queue.enter("d", NOBODY, Facts.NONE).lease().thenAccept(lease -> {
        served.add(number);
        lease.close();
      });
    }
    one.close();
    assertThat(served).hasSize(many).isSorted();
    assertThat(queue.status().length()).isZero();
  }

  @Test
  void status_saysHowLongTheFirstInLineHasWaited() {
    Lease unused = lease(queue.enter("x", NOBODY, Facts.NONE));
    Lease other = lease(queue.enter("y", NOBODY, Facts.NONE));
    assertThat(queue.status().longestMillis()).isZero();
    Turn first = queue.enter("1", NOBODY, Facts.NONE);
    nowMillis = 30;
    Turn second = queue.enter("2", NOBODY, Facts.NONE);
    nowMillis = 70;
    assertThat(queue.status().longestMillis()).isEqualTo(70);
    other.close();
    assertThat(isDone(first)).isTrue();
    assertThat(queue.status().longestMillis()).isEqualTo(40);
    second.leave();
  }

  @Test
  void places_beyondTheShareOfANode_areLeftToThoseWhoWaitOnOthers() {
    service.servers().add(new ServerSpec("c", "192.0.2.1", 82, 100, 0, 0, 2));
    List<Lease> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(lease(queue.enter("d" + i, NOBODY, Facts.NONE)));
    }
    List<Turn> waiting = List.of(
        queue.enter("1", NOBODY, Facts.NONE),
        queue.enter("2", NOBODY, Facts.NONE),
        queue.enter("3", NOBODY, Facts.NONE));
    assertThat(service.servers().waiting()).isEqualTo(3);
    service.servers().setPeersWaiting(5);
    all.get(0).close();
    all.get(1).close();
    looks.look();
    assertThat(waiting).as("2 of 4 places: 5 of 10 are here").noneMatch(ServiceQueueTest::isDone);
    assertThat(isDone(queue.enter("4", NOBODY, Facts.NONE)))
        .as("no place, no room")
        .isTrue();
    service.servers().setPeersWaiting(4);
    all.get(2).close();
    assertThat(waiting.stream().filter(ServiceQueueTest::isDone)).as("4 of 8").hasSize(1);
    service.servers().setPeersWaiting(2); // 2.7 of 4 places: 4 of 6 are here
    int tries = 0;
    while (waiting.stream().filter(ServiceQueueTest::isDone).count() < 2) {
      looks.look();
      tries++;
    }
    assertThat(tries).as("by chance").isBetween(2, 50);
    for (int i = 0; i < 50; i++) {
      looks.look();
    }
    assertThat(isDone(waiting.get(2))).isFalse();
    service.servers().setPeersWaiting(0);
    looks.look();
    assertThat(waiting).allMatch(ServiceQueueTest::isDone);
    assertThat(service.servers().waiting()).isZero();
  }

  @Test
  void turns_thatWaitForTheirHomeBesideRoom_keepNoPlaceFromOtherNodes() {
    Lease home = lease(queue.enter("x", NOBODY, Facts.NONE));
    List<Turn> waiting =
        List.of(queue.enter("x", NOBODY, Facts.NONE), queue.enter("x", NOBODY, Facts.NONE));
    assertThat(queue.status().length()).isEqualTo(2);
    assertThat(service.servers().waiting()).as("told to others").isZero();
    Lease other = lease(queue.enter("y", NOBODY, Facts.NONE));
    looks.look();
    assertThat(service.servers().waiting()).as("whatever becomes free will do").isEqualTo(2);
    other.close();
    assertThat(service.servers().waiting()).isZero();
    home.close();
    assertThat(lease(waiting.get(0)).server()).isSameAs(home.server());
    nowMillis = 100;
    looks.look();
    assertThat(lease(waiting.get(1)).server()).isSameAs(other.server());
  }

  @Test
  void close_refusesAll() {
    Lease unused = lease(queue.enter("x", NOBODY, Facts.NONE));
    Lease other = lease(queue.enter("y", NOBODY, Facts.NONE));
    Turn waiting = queue.enter("1", NOBODY, Facts.NONE);
    queue.close();
    assertThat(refusal(waiting)).isEqualTo(Cause.NO_SERVER);
    assertThat(refusal(queue.enter("2", NOBODY, Facts.NONE))).isEqualTo(Cause.NO_SERVER);
    other.close();
  }

  /** Nothing looks at the line but the connections that end: a wake-up that is lost leaves somebody waiting for ever. */
  @Test
  void turns_ofManyThreads_areAllGranted_andNeverTooMany() throws Exception {
    queue.configure(new QueueConfig(1_000, Duration.ofHours(1), Duration.ZERO));
    int threads = 4;
    int each = 5_000;
    AtomicInteger active = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch served = new CountDownLatch(threads * each);
    for (int thread = 0; thread < threads; thread++) {
      int number = thread;
      new Thread(() -> {
            for (int i = 0; i < each; i++) {
              CountDownLatch done = new CountDownLatch(1);
              queue.enter("d" + (number + i) % 7, NOBODY, Facts.NONE).lease().thenAccept(lease -> {
                most.accumulateAndGet(active.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                active.decrementAndGet();
                lease.close();
                served.countDown();
                done.countDown();
              });
              try {
                if (!done.await(20, TimeUnit.SECONDS)) {
                  return;
                }
              } catch (InterruptedException e) {
                return;
              }
            }
          })
          .start();
    }
    assertThat(served.await(60, TimeUnit.SECONDS)).as("left: %s", served).isTrue();
    assertThat(most.get()).isLessThanOrEqualTo(2);
    assertThat(queue.status().length()).isZero();
  }

  private Lease acquire(@Nullable String destination, Set<String> except, Facts facts) {
    Choice choice = service.acquire(destination, except, facts);
    Server server = choice.server();
    if (server == null) {
      throw new NoServerException("images");
    }
    return new ServerLease(new QueueOwner(service, queue), server, choice.reason());
  }

  private static boolean isDone(Turn turn) {
    return turn.lease().toCompletableFuture().isDone();
  }

  private static Lease lease(Turn turn) {
    assertThat(isDone(turn)).isTrue();
    return turn.lease().toCompletableFuture().join();
  }

  private static Cause refusal(Turn turn) {
    assertThat(isDone(turn)).isTrue();
    return turn.lease()
        .handle((lease, failure) -> ((NoServerException) failure).why())
        .toCompletableFuture()
        .join();
  }

  /** As a plugin's strategy that fails, or wants none of the servers. */
  private static final class NoChoice implements Strategy {
    @Override
    public Choice choose(@Nullable String destination) {
      return Choice.NONE;
    }

    @Override
    public Choice explain(@Nullable String destination) {
      return Choice.NONE;
    }

    @Override
    public Choice chooseOther(Set<String> except) {
      return Choice.NONE;
    }
  }

  /** Lets a test look when it likes. */
  private static final class Looks implements PeriodicTimer {
    private @Nullable Runnable task;

    @Override
    public synchronized Runnable every(Duration period, Runnable run) {
      task = run;
      return this::stop;
    }

    void look() {
      Runnable run = task();
      if (run != null) {
        run.run();
      }
    }

    private synchronized void stop() {
      task = null;
    }

    private synchronized @Nullable Runnable task() {
      return task;
    }
  }
}
