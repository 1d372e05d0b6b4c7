package dev.lblc.cli;

import dev.lblc.config.Authority;
import dev.lblc.config.ServiceConfig;
import dev.lblc.scheduler.ServerSpec;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code demo} prints: commands to type, and what they show. */
final class DemoBanner {
  /** One that is still easy to exceed by hand. */
  private static final int MOST_WEIGHT = 18;

  /** So many requests, a fiftieth of a second apart, that the rate of a path shows. */
  private static final int HEAT = 30;

  private DemoBanner() {}

  /**
   * Returns the text.
   *
   * @param url of the listener
   * @param admin URL of the admin port; null if there is none
   */
  static String text(ServiceConfig service, String url, @Nullable String admin) {
    StringBuilder text = new StringBuilder(locality(url));
    if (admin != null) {
      text.append(explain(service.name(), admin));
    }
    if (service.servers().size() > 1) {
      text.append(failOver(service, url));
      if (service.strategy().equals("lblc-adaptive")
          && service.strategyOptions().byKey().get("floor") instanceof Integer floor) {
        text.append(heat(floor, url));
      } else if (service.servers().get(0).weight() <= MOST_WEIGHT) {
        text.append(overload(service.servers().get(0).weight(), url));
      }
    }
    return text.append("Stop with Ctrl-C.").toString();
  }

  private static String locality(String url) {
    return """
        1. Locality: a path stays on the server that has it in its cache. Type each twice:
             curl %1$s/cats
             curl %1$s/birds

        """.formatted(url);
  }

  private static String explain(String service, String admin) {
    return """
        2. Why: open %1$s/ in a browser, or ask where a path is at home, and for all homes:
             curl '%1$s/api/v1/services/%2$s/explain?destination=/cats'
             curl %1$s/api/v1/services/%2$s/destinations

        """.formatted(admin, service);
  }

  private static String failOver(ServiceConfig service, String url) {
    ServerSpec last = service.servers().get(service.servers().size() - 1);
    String ports = service.servers().stream()
        .map(server -> server.id() + " " + server.port())
        .collect(Collectors.joining(", "));
    return """
        3. Fail-over: stop a server for %1$d s, best that of /cats (%2$s):
             curl %3$s/stop
             curl %4$s/cats
           Another server answers at once: any that has room. After some 5 s, once health checks have found the server
           down, /cats has a new home, and keeps it when the server is back.

        """.formatted(
        DemoServer.STOP_SECONDS, ports, "http://" + Authority.of(last.host(), last.port()), url);
  }

  private static String heat(int floor, String url) {
    return """
        4. A hot path: %1$d requests for it at once, each of %2$d s, are more than one server should have alone:
             for i in $(seq %1$d); do curl -s %3$s/slow & sleep 0.02; done; wait
           Once its server has more than %4$d of them, another one becomes a home of the path as well, and then the next.

        """.formatted(HEAT, DemoServer.SLOW_SECONDS, url, floor);
  }

  private static String overload(int weight, String url) {
    return """
        4. Overload: %1$d requests for one path, each of %2$d s, are more than its server's weight, %3$d, allows:
             for i in $(seq %1$d); do curl -s %4$s/slow & done; wait
           One of them gets another server, and takes the path there.

        """.formatted(weight + 2, DemoServer.SLOW_SECONDS, weight, url);
  }
}
