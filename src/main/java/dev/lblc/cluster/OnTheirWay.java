package dev.lblc.cluster;

import dev.lblc.scheduler.Clock;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Destinations that were sent to the map, or are about to be, and that it has not answered. May be used from any thread. */
final class OnTheirWay {
  private final Map<String, Trip> trips = new ConcurrentHashMap<>();
  private final Clock clock;

  /**
   * A destination on its way.
   *
   * @param times how often it is; 0: it waits for the {@link Quota}, or to be sent again after a failure
   * @param sinceMillis since when
   * @param isSettled whether what the map holds was heard of meanwhile, and this node holds the same: only the answer is missing
   */
  private record Trip(int times, long sinceMillis, boolean isSettled) {
    Trip plus(int more) {
      return new Trip(times + more, sinceMillis, false);
    }

    Trip settled(boolean settled) {
      return new Trip(times, sinceMillis, settled);
    }
  }

  OnTheirWay(Clock clock) {
    this.clock = clock;
  }

  /** It is to be sent. */
  void waits(String destination) {
    trips.putIfAbsent(destination, new Trip(0, clock.millis(), false));
  }

  void sent(String destination) {
    trips.merge(destination, new Trip(1, clock.millis(), false), (before, first) -> before.plus(1));
  }

  /** It is to be sent again. */
  void failed(String destination) {
    trips.computeIfPresent(destination, (key, trip) -> trip.plus(-1));
  }

  void answered(String destination) {
    trips.computeIfPresent(
        destination,
        (key, trip) -> trip.times() <= 1
            ? null
            : new Trip(trip.times() - 1, clock.millis(), trip.isSettled()));
  }

  /** It is not sent, or not again. */
  void gone(@Nullable String destination) {
    if (destination != null) {
      trips.computeIfPresent(destination, (key, trip) -> trip.times() == 0 ? null : trip);
    }
  }

  /** Takes those that are not sent, or not again, for {@link #gone} if a test selects them. */
  void removeIf(Predicate<String> test) {
    trips.entrySet().removeIf(trip -> trip.getValue().times() == 0 && test.test(trip.getKey()));
  }

  /** It is settled if a test says so then, too: what is sent again while that is found out is not. */
  void settle(String destination, BooleanSupplier isSettled) {
    if (trips.computeIfPresent(destination, (key, trip) -> trip.settled(true)) != null
        && !isSettled.getAsBoolean()) {
      trips.computeIfPresent(destination, (key, trip) -> trip.settled(false));
    }
  }

  /** Returns whether it waits for the map to say what it holds. */
  boolean contains(String destination) {
    Trip trip = trips.get(destination);
    return trip != null && !trip.isSettled();
  }

  /** Goes over those that do; any that come or go meanwhile may be among them. */
  Iterator<String> iterator() {
    return trips.entrySet().stream()
        .filter(trip -> !trip.getValue().isSettled())
        .map(Map.Entry::getKey)
        .iterator();
  }

  /** Returns how long the one that waits for longest has; 0: none waits. */
  long longestMillis() {
    long now = clock.millis();
    return trips.values().stream()
        .mapToLong(trip -> now - trip.sinceMillis())
        .max()
        .orElse(0);
  }
}
