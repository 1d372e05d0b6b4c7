package dev.lblc.scheduler;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a destination is placed: on the first server of its own order of them if that is idle, else on the less loaded of the first two.
 *
 * <pre>
 * u(d, s)  a hash of destination and server, above 0 and below 1
 * order    by -weight / ln(u), the largest first (weighted rendezvous: Thaler and Ravishankar, 1998; Schindelhauer and
 *          Schomaker, 2005)
 * </pre>
 *
 * <p>All nodes have the same order before they have spoken; a server that comes or goes changes it only where it stands itself; and a
 * choice of two evens the load out (Mitzenmacher: The Power of Two Choices, 2001). A destination that is placed again goes where it has
 * been before, or to one other place.
 *
 * <p>The order goes by full weights, so that a slow start or a drain changes it for nobody else. Immutable, allocates nothing.
 */
final class Rendezvous {
  private static final long SEED = 0x9e3779b97f4a7c15L;
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final double UNIT = 0x1p-53;

  private Rendezvous() {}

  /**
   * The less loaded of the first two that may be used; null: none may. A first one that is idle is not compared: if either had one
   * connection more, the larger weight would always have less load, and a small server would get nothing new in a quiet service.
   */
  static @Nullable Server lessLoadedOfTwo(
      String destination, Server[] servers, @Nullable Server excluded, Set<String> unreachable) {
    long hash = hash(destination);
    Server first = null;
    Server second = null;
    double firstScore = 0;
    double secondScore = 0;
    for (Server server : servers) {
      if (server == excluded || !Load.takesNew(server, unreachable)) {
        continue;
      }
      double score = score(hash, server);
      if (first == null || score > firstScore) {
        second = first;
        secondScore = firstScore;
        first = server;
        firstScore = score;
      } else if (second == null || score > secondScore) {
        second = server;
        secondScore = score;
      }
    }
    boolean isFirst = first == null
        || second == null
        || first.overhead() == 0
        || !Load.isLessLoaded(second, first);
    return isFirst ? first : second;
  }

  /** The first that may be used and is not a member of a set; null: there is none. */
  static @Nullable Server firstBeyond(
      String destination, Server[] servers, Server[] members, Set<String> unreachable) {
    long hash = hash(destination);
    Server first = null;
    double firstScore = 0;
    for (Server server : servers) {
      if (!Load.takesNew(server, unreachable) || isIn(server, members)) {
        continue;
      }
      double score = score(hash, server);
      if (first == null || score > firstScore) {
        first = server;
        firstScore = score;
      }
    }
    return first;
  }

  /** A number of 64 bits for a text, the same in every process. */
  static long hash(String text) {
    long hash = SEED;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return mix(hash);
  }

  private static double score(long destination, Server server) {
    double u = ((mix(destination ^ server.hash()) >>> 11) + 0.5) * UNIT;
    return -server.fullWeight() / Math.log(u);
  }

  private static boolean isIn(Server server, Server[] members) {
    for (Server member : members) {
      if (member == server) {
        return true;
      }
    }
    return false;
  }

  private static long mix(long value) {
    long z = value + SEED;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
