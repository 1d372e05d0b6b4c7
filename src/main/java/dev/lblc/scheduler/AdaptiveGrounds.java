package dev.lblc.scheduler;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a decision of {@code lblc-adaptive} rests on, in sentences: the figures of its parts as they are now. */
final class AdaptiveGrounds {
  private static final double SECOND_MILLIS = 1_000;
  private static final Server[] NO_SERVERS = {};

  private AdaptiveGrounds() {}

  /**
   * Of a destination that goes to its home, or to one of them.
   *
   * @param share see {@link HotHomes}
   */
  static String ofHome(
      Entry entry,
      Server home,
      Server[] servers,
      double share,
      long nowMillis,
      AdaptiveOptions options) {
    return load(home, servers, entry.homes().length, options)
        + " " + demand(entry, home, share, options)
        + " " + use(entry, nowMillis, options);
  }

  /**
   * Of a destination that is placed.
   *
   * @param entry what is known of it and does not say where to go; null: nothing
   */
  static String ofPlacement(
      String destination,
      @Nullable Entry entry,
      Server[] servers,
      long nowMillis,
      AdaptiveOptions options) {
    Server first = Rendezvous.firstBeyond(destination, servers, NO_SERVERS, Load.NOBODY);
    if (first == null) {
      return "";
    }
    String order = order(destination, first, servers);
    return entry == null ? order : order + " " + use(entry, nowMillis, options);
  }

  private static String load(Server home, Server[] servers, int homes, AdaptiveOptions options) {
    double mean = EffectiveWeight.mean(servers);
    double effective = EffectiveWeight.of(home, mean, options);
    double excess = EffectiveWeight.excess(home, servers, Load.NOBODY, options);
    String load = text(
        "%s has %d active connections; its share of all is %.1f, and above %.0f it is overloaded",
        home.id(), home.active(), mean * home.weight(), effective);
    if (home.active() <= effective) {
      return load + ".";
    }
    if (homes > 1) {
      return load + ", but one of several homes is not left.";
    }
    return excess == 0
        ? load + ", but no other server has less than half of that."
        : text(
            "%s: a request leaves it with a probability of %.3f.",
            load, options.breakOut() * excess);
  }

  private static String demand(Entry entry, Server home, double share, AdaptiveOptions options) {
    int wanted = HotHomes.wanted(share, options);
    int homes = entry.homes().length;
    String demand = text(
        "Of the requests here it has %.2f times what a server gets on average (hot: above %.2f): worth %d of at most %d homes, and it has %d",
        share, options.hot(), wanted, options.replicas(), homes);
    return homes < wanted && home.active() <= options.floor()
        ? text("%s while none has more than %d active connections.", demand, options.floor())
        : demand + ".";
  }

  private static String use(Entry entry, long nowMillis, AdaptiveOptions options) {
    // Requests go on meanwhile.
    double idle = Math.max(0, nowMillis - entry.lastUse()) / SECOND_MILLIS;
    double forget = options.forget().toMillis() / SECOND_MILLIS;
    return forget == 0
        ? text("It was used %.1f s ago.", idle)
        : text(
            "It was used %.1f s ago; unused for more than %.1f s it is placed anew if its home has more than %d active connections.",
            idle, forget, options.floor());
  }

  private static String order(String destination, Server first, Server[] servers) {
    Server second = Rendezvous.firstBeyond(destination, servers, new Server[] {first}, Load.NOBODY);
    return second == null
        ? text("Only %s takes new destinations.", first.id())
        : text(
            "Its first two servers are %s, with %d active connections for a weight of %d, and %s, with %d for %d.",
            first.id(),
            first.active(),
            first.weight(),
            second.id(),
            second.active(),
            second.weight());
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
