package dev.lblc.discovery;

import dev.lblc.config.DiscoveryConfig;
import dev.lblc.discovery.Resolver.Family;
import dev.lblc.scheduler.ServerSpec;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The question for the servers of an SRV name.
 *
 * <pre>
 * SRV records -&gt; the targets of the lowest priority -&gt; the addresses of each, in both families -&gt; servers
 * </pre>
 *
 * <p>A target whose addresses are not answered keeps those known. Confined to the thread of names.
 */
final class ServiceRecords implements Repeated.Question<List<ServerSpec>> {
  private final DiscoveryConfig config;
  private Map<String, Host> hosts = new HashMap<>();

  /** The name of a target. */
  private static final class Host {
    private final Families question;
    private List<InetAddress> addresses = List.of();
    private String problem = "";

    Host(String name) {
      question = new Families(name, EnumSet.allOf(Family.class));
    }
  }

  /** The targets of one answer, whose addresses are being asked for. */
  private final class Round {
    private final List<Target> targets;
    private final Consumer<Repeated.Found<List<ServerSpec>>> then;
    private long ttlSeconds;
    private int awaited;

    Round(List<Target> targets, long ttlSeconds, Consumer<Repeated.Found<List<ServerSpec>>> then) {
      this.targets = targets;
      this.ttlSeconds = ttlSeconds;
      this.then = then;
    }

    void ask(Resolver resolver) {
      Map<String, Host> wanted = new LinkedHashMap<>();
      targets.forEach(target ->
          wanted.computeIfAbsent(target.host(), name -> hosts.getOrDefault(name, new Host(name))));
      hosts = wanted;
      awaited = wanted.size();
      List.copyOf(wanted.values())
          .forEach(host -> host.question.ask(resolver, found -> answered(host, found)));
    }

    private void answered(Host host, Repeated.Found<List<InetAddress>> found) {
      List<InetAddress> addresses = found.value();
      host.problem = found.problem();
      if (addresses != null) {
        host.addresses = addresses;
        ttlSeconds = Math.min(ttlSeconds, found.ttlSeconds());
      } else {
        ttlSeconds = 0; // it is asked again soon
      }
      awaited--;
      if (awaited == 0) {
        end();
      }
    }

    private void end() {
      List<ServerSpec> servers = servers(targets);
      then.accept(
          servers.isEmpty()
              ? new Repeated.Found<>(null, 0, "no target has an address: " + problems())
              : new Repeated.Found<>(servers, ttlSeconds, ""));
    }

    private String problems() {
      return String.join(
          ", ", hosts.values().stream().map(host -> host.problem).distinct().toList());
    }
  }

  ServiceRecords(DiscoveryConfig config) {
    this.config = config;
  }

  @Override
  public void ask(Resolver resolver, Consumer<Repeated.Found<List<ServerSpec>>> then) {
    resolver.targets(config.dns(), answer -> {
      String problem = answer.problem();
      if (problem != null) {
        then.accept(new Repeated.Found<>(null, 0, problem));
      } else {
        new Round(ofLowestPriority(answer.records()), answer.ttlSeconds(), then).ask(resolver);
      }
    });
  }

  private static List<Target> ofLowestPriority(List<Target> all) {
    int lowest = all.stream().mapToInt(Target::priority).min().orElse(0);
    return all.stream().filter(target -> target.priority() == lowest).toList();
  }

  private List<ServerSpec> servers(List<Target> targets) {
    int heaviest = targets.stream().mapToInt(Target::weight).max().orElse(0);
    Map<String, ServerSpec> servers = new HashMap<>();
    for (Target target : targets) {
      int weight = weight(target.weight(), heaviest);
      Host host = hosts.get(target.host());
      for (InetAddress address : host == null ? List.<InetAddress>of() : host.addresses) {
        ServerSpec server = Specs.of(address, target.port(), weight, config.max());
        servers.merge(server.id(), server, (one, other) -> one.weight() < weight ? other : one);
      }
    }
    List<ServerSpec> ordered = new ArrayList<>(servers.values());
    ordered.sort(Comparator.comparing(ServerSpec::id));
    return List.copyOf(ordered);
  }

  /**
   * Returns the weight of a server. That of a record is a share and no number of connections: the heaviest target gets the
   * configured weight, the others their part of it. None gets 0, which would quiesce it.
   */
  private int weight(int ofRecord, int heaviest) {
    return heaviest == 0
        ? config.weight()
        : (int) Math.max(1, Math.round((double) config.weight() * ofRecord / heaviest));
  }
}
