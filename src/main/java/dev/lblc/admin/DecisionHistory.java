package dev.lblc.admin;

import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.scheduler.Reason;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How many decisions of each service found their home, and how many moved a destination, in the last ten minutes: a point for every
 * {@value #POINT_SECONDS} seconds, taken from the services' counters.
 *
 * <p>Somebody calls {@link #sample} that often. May be used from any thread.
 */
final class DecisionHistory {
  static final int POINT_SECONDS = 5;
  static final int POINTS = 10 * 60 / POINT_SECONDS;

  private static final List<Reason> MOVES =
      List.of(Reason.OVERLOADED, Reason.UNAVAILABLE, Reason.QUIESCED);

  private final Map<String, Points> services = new HashMap<>(); // guarded by this

  /** Takes a point of each service; forgets services that are gone. */
  synchronized void sample(Lblc lblc) {
    services
        .keySet()
        .retainAll(lblc.services().stream().map(LblcService::name).collect(Collectors.toSet()));
    for (LblcService service : lblc.services()) {
      Points points = services.get(service.name());
      if (points == null) {
        services.put(service.name(), new Points(service.decisions()));
      } else {
        points.add(service.decisions());
      }
    }
  }

  /**
   * Returns the points of a service, the oldest first: decisions with a destination, those of them that were hits, and moves.
   *
   * @param service its name; without points if it is not known yet
   */
  synchronized JsonObject of(String service) {
    Points points = services.get(service);
    return new JsonObject()
        .put("secondsPerPoint", POINT_SECONDS)
        .put("decisions", array(points, 0))
        .put("hits", array(points, 1))
        .put("moves", array(points, 2));
  }

  private static JsonArray array(@Nullable Points points, int number) {
    JsonArray array = new JsonArray();
    if (points != null) {
      points.forEach(number, array);
    }
    return array;
  }

  /** The ring of a service's points. */
  private static final class Points {
    private final long[][] values = new long[POINTS][];
    private int size;
    private int next;
    private Map<Reason, Long> last;

    Points(Map<Reason, Long> first) {
      last = first;
    }

    void add(Map<Reason, Long> now) {
      long hits = since(now, Reason.HIT);
      long moves = MOVES.stream().mapToLong(reason -> since(now, reason)).sum();
      long others = since(now, Reason.PLACED) + since(now, Reason.EXPIRED);
      values[next] = new long[] {hits + moves + others, hits, moves};
      next = (next + 1) % POINTS;
      size = Math.min(size + 1, POINTS);
      last = now;
    }

    void forEach(int number, JsonArray array) {
      for (int i = 0; i < size; i++) {
        array.add(values[Math.floorMod(next - size + i, POINTS)][number]);
      }
    }

    /** A service that was removed and added again counts from zero. */
    private long since(Map<Reason, Long> now, Reason reason) {
      return Math.max(0, now.getOrDefault(reason, 0L) - last.getOrDefault(reason, 0L));
    }
  }
}
