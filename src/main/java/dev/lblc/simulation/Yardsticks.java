package dev.lblc.simulation;

import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerView;
import dev.lblc.scheduler.Strategy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Well-known rules that strategies are compared with; they decide for one node, by one thread, and remember no destination. */
public final class Yardsticks {
  /** Points of a server of average weight on a ring. */
  private static final int POINTS = 160;

  /** What a bounded-load hash lets a server have, over the mean. */
  private static final double BOUND = 1.25;

  private static final Map<String, Strategy.Factory> ALL = new LinkedHashMap<>();

  static {
    ALL.put("round-robin", context -> new RoundRobin(context.servers()));
    ALL.put("ring-hash", context -> new RingHash(context.servers(), Double.MAX_VALUE));
    ALL.put("bounded-load-hash", context -> new RingHash(context.servers(), BOUND));
  }

  private Yardsticks() {}

  /** Returns them by name. Least connection is the strategy {@code wlc}. */
  public static Map<String, Strategy.Factory> all() {
    return Map.copyOf(ALL);
  }

  /** Returns their names, in the order of a table. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /** What is alike in all of them. */
  private abstract static class Rule implements Strategy {
    final ServerView servers;

    Rule(ServerView servers) {
      this.servers = servers;
    }

    @Override
    public final Choice choose(@Nullable String destination) {
      return Choice.of(pick(destination == null ? "" : destination), Reason.NO_DESTINATION);
    }

    @Override
    public final Choice explain(@Nullable String destination) {
      return choose(destination);
    }

    @Override
    public final Choice chooseOther(Set<String> except) {
      Server first = servers.list().stream()
          .filter(server -> isUsable(server) && !except.contains(server.id()))
          .findFirst()
          .orElse(null);
      return Choice.of(first, Reason.UNAVAILABLE);
    }

    abstract @Nullable Server pick(String destination);

    static boolean isUsable(Server server) {
      return server.available() && server.weight() > 0;
    }
  }

  /** Smooth weighted round robin: each turn all earn their weight, and who has most is next and pays what all have earned. */
  private static final class RoundRobin extends Rule {
    private List<Server> members = List.of();
    private int[] earned = {};

    RoundRobin(ServerView servers) {
      super(servers);
    }

    @Override
    @Nullable
    Server pick(String destination) {
      List<Server> now = servers.list();
      if (now != members) {
        members = now;
        earned = new int[now.size()];
      }
      int best = -1;
      int all = 0;
      for (int i = 0; i < earned.length; i++) {
        Server server = now.get(i);
        if (isUsable(server)) {
          earned[i] += server.weight();
          all += server.weight();
          if (best < 0 || earned[i] > earned[best]) {
            best = i;
          }
        }
      }
      if (best < 0) {
        return null;
      }
      earned[best] -= all;
      return now.get(best);
    }
  }

  /**
   * Consistent hashing on a ring; a server that has its bound is passed over (Mirrokni, Thorup, Zadimoghaddam: Consistent Hashing with
   * Bounded Loads, 2018).
   */
  private static final class RingHash extends Rule {
    private final double bound;
    private List<Server> members = List.of();
    private List<Point> ring = List.of();

    private record Point(long hash, Server server) {}

    RingHash(ServerView servers, double bound) {
      super(servers);
      this.bound = bound;
    }

    @Override
    @Nullable
    Server pick(String destination) {
      List<Server> all = servers.list();
      if (all != members) {
        members = all;
        ring = ring(all);
      }
      long active = 0;
      long weights = 0;
      for (Server server : all) {
        if (isUsable(server)) {
          active += server.active();
          weights += server.weight();
        }
      }
      int start = after(Numbers.mix(hash(destination)));
      Server first = null;
      for (int i = 0; i < ring.size(); i++) {
        Server server = ring.get((start + i) % ring.size()).server();
        if (!isUsable(server)) {
          continue;
        }
        if (first == null) {
          first = server;
        }
        if (server.active() + 1 <= Math.ceil(bound * (active + 1) * server.weight() / weights)) {
          return server;
        }
      }
      return first;
    }

    private int after(long hash) {
      int low = 0;
      int high = ring.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (Long.compareUnsigned(ring.get(middle).hash(), hash) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low == ring.size() ? 0 : low;
    }

    private static List<Point> ring(List<Server> servers) {
      double mean = servers.stream().mapToInt(Server::weight).average().orElse(1);
      List<Point> points = new ArrayList<>();
      for (Server server : servers) {
        long count = Math.max(1, Math.round(POINTS * server.weight() / mean));
        long base = Numbers.mix(hash(server.id()));
        for (long i = 0; i < count; i++) {
          points.add(new Point(Numbers.mix(base + i), server));
        }
      }
      points.sort(Comparator.comparing(Point::hash, Long::compareUnsigned));
      return points;
    }

    private static long hash(String text) {
      long hash = 7;
      for (int i = 0; i < text.length(); i++) {
        hash = Numbers.mix(hash ^ text.charAt(i));
      }
      return hash;
    }
  }
}
