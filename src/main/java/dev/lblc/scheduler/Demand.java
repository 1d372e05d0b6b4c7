package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.util.List;

/**
 * How often a service is asked for servers through this node: mean rates of the last seconds, of which what is 15 seconds ago
 * counts for half.
 *
 * <p>At thousands of decisions a second a part of them is counted, chosen at random, and stands for all.
 *
 * @param perSecond decisions in a second
 * @param destinations those asked for most, by what their rates are at least
 * @param servers all servers, in list order
 */
@PublicApi
public record Demand(double perSecond, List<Destination> destinations, List<Chosen> servers) {
  /** Copies the lists. */
  public Demand {
    destinations = List.copyOf(destinations);
    servers = List.copyOf(servers);
  }

  /**
   * A destination that is asked for often.
   *
   * @param destination the key
   * @param perSecond decisions in a second
   * @param errorPerSecond the true rate is most likely no farther away
   * @param homes ids of the servers it goes to, as in the table; empty: it has no entry any more
   */
  public record Destination(
      String destination, double perSecond, double errorPerSecond, List<String> homes) {
    /** Copies the list. */
    public Destination {
      homes = List.copyOf(homes);
    }
  }

  /**
   * How often a server is chosen.
   *
   * @param server its id
   * @param perSecond decisions in a second
   */
  public record Chosen(String server, double perSecond) {}
}
