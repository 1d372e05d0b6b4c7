package com.example;

import dev.lblc.plugin.StrategyProvider;
import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.OptionReader;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.WeightedLeastConnection;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * {@code rendezvous}: highest random weight. A destination goes to the server that draws the highest lot for it, a share
 * by weight; when a server goes, only its destinations move. Nothing is remembered, and loads are not looked at unless
 * its option {@code loadLimit} says so.
 */
public final class Rendezvous implements StrategyProvider {
  @Override
  public String name() {
    return "rendezvous";
  }

  /**
   * What a service's {@code options} may say beside the options that all strategies share.
   *
   * @param loadLimit active connections, in percent of a server's weight, above which another server is drawn; 0: none
   */
  private record Options(int loadLimit) {}

  @Override
  public Object readOptions(OptionReader options) {
    return new Options(options.integer("loadLimit", 0, 0, 1_000));
  }

  @Override
  public Strategy create(Strategy.Context context) {
    return new Lots(context);
  }

  private static final class Lots implements Strategy {
    private final Context context;
    private final Strategy leastLoaded;

    Lots(Context context) {
      this.context = context;
      this.leastLoaded = new WeightedLeastConnection(context);
    }

    @Override
    public Choice choose(String destination) {
      return destination == null ? leastLoaded.choose(null) : draw(destination);
    }

    @Override
    public Choice explain(String destination) {
      return destination == null ? leastLoaded.explain(null) : draw(destination);
    }

    @Override
    public Choice chooseOther(Set<String> except) {
      return leastLoaded.chooseOther(except);
    }

    private Choice draw(String destination) {
      int loadLimit = context.ownOptions(Options.class).loadLimit(); // as it is now
      Server winner = winner(destination, loadLimit);
      boolean allAreFull = winner == null && loadLimit > 0;
      return Choice.of(allAreFull ? winner(destination, 0) : winner, Reason.HIT);
    }

    private Server winner(String destination, int loadLimit) {
      Server winner = null;
      double highest = Double.NEGATIVE_INFINITY;
      for (Server server : context.servers().list()) {
        boolean isFull =
            loadLimit > 0 && server.active() * 100L > (long) server.weight() * loadLimit;
        if (server.available() && !server.saturated() && server.weight() > 0 && !isFull) {
          double lot = lot(destination, server);
          if (lot > highest) {
            highest = lot;
            winner = server;
          }
        }
      }
      return winner;
    }

    /** The same for the same two on every node. */
    private static double lot(String destination, Server server) {
      long seed = destination.hashCode() * 31L + server.id().hashCode();
      return Math.log(new SplittableRandom(seed).nextDouble()) / server.weight();
    }
  }
}
