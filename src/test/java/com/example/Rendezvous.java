package com.example;

import dev.lblc.plugin.StrategyProvider;
import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.WeightedLeastConnection;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * {@code rendezvous}: highest random weight. A destination goes to the server that draws the highest lot for it, a share
 * by weight; when a server goes, only its destinations move. Loads are not looked at and nothing is remembered.
 */
public final class Rendezvous implements StrategyProvider {
  @Override
  public String name() {
    return "rendezvous";
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
      Server winner = null;
      double highest = Double.NEGATIVE_INFINITY;
      for (Server server : context.servers().list()) {
        if (server.available() && !server.saturated() && server.weight() > 0) {
          double lot = lot(destination, server);
          if (lot > highest) {
            highest = lot;
            winner = server;
          }
        }
      }
      return Choice.of(winner, Reason.HIT);
    }

    /** The same for the same two on every node. */
    private static double lot(String destination, Server server) {
      long seed = destination.hashCode() * 31L + server.id().hashCode();
      return Math.log(new SplittableRandom(seed).nextDouble()) / server.weight();
    }
  }
}
