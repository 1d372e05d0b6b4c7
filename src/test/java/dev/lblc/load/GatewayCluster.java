package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.load.GatewayNode.Site;
import dev.lblc.load.HttpSocket.Answer;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gateways that schedule together, each a process of its own, and the upstreams behind them in one more. The service
 * {@code load} keeps destinations for a day, {@code brief}, under {@code /brief}, for five seconds; destinations are
 * paths and the servers' ids are their ports.
 *
 * <p>Hazelcast runs on the file that ships, but for names, addresses and ports.
 */
final class GatewayCluster implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final List<GatewayNode> nodes = new ArrayList<>();
  private final List<InetSocketAddress> upstreams;
  private final JsonArray routes;
  private final JsonObject services;

  /** Of the upstreams; null: the test has its own. */
  private final @Nullable JavaProcess upstream;

  private GatewayCluster(List<InetSocketAddress> upstreams) throws IOException {
    this.upstreams = upstreams;
    JsonObject timeouts = new JsonObject().put("response", "3m").put("idle", "3m");
    this.routes = new JsonArray()
        .add(ConfigJson.route("brief")
            .put("match", new JsonObject().put("path", "/brief/*"))
            .put("timeouts", timeouts))
        .add(ConfigJson.route("load").put("timeouts", timeouts));
    this.services = new JsonObject().put("load", service("24h")).put("brief", service("5s"));
    List<String> args = new ArrayList<>(List.of(upstreams.get(0).getHostString()));
    upstreams.forEach(address -> args.add(String.valueOf(address.getPort())));
    this.upstream = JavaProcess.launch(
        List.of(),
        JavaProcess.QUICK_START,
        "listening on",
        UpstreamMain.class.getName(),
        args.toArray(new String[0]));
  }

  private GatewayCluster(JsonArray routes, JsonObject services) {
    this.upstreams = List.of();
    this.routes = routes;
    this.services = services;
    this.upstream = null;
  }

  /** That many gateways on this machine's loopback address with other routes and services, before upstreams that run already. */
  static GatewayCluster before(Path folder, int nodes, JsonArray routes, JsonObject services)
      throws Exception {
    Site here = new Site("127.0.0.1", List.of());
    GatewayCluster cluster = new GatewayCluster(routes, services);
    cluster.start(folder, Collections.nCopies(nodes, here), Ports.free(3 * nodes));
    return cluster;
  }

  /** That many gateways on this machine's loopback address; all of them ready and in one cluster. */
  static GatewayCluster onLoopback(Path folder, int nodes, int servers) throws Exception {
    Site here = new Site("127.0.0.1", List.of());
    return start(folder, Collections.nCopies(nodes, here), here.host(), servers);
  }

  /** A gateway on each site, and upstreams on an address that all of them reach. */
  static GatewayCluster start(Path folder, List<Site> sites, String upstreamHost, int servers)
      throws Exception {
    List<Integer> ports = Ports.free(servers + 3 * sites.size());
    List<InetSocketAddress> upstreams = ports.subList(0, servers).stream()
        .map(port -> new InetSocketAddress(upstreamHost, port))
        .toList();
    GatewayCluster cluster = new GatewayCluster(upstreams);
    cluster.start(folder, sites, ports.subList(servers, ports.size()));
    return cluster;
  }

  /** Three ports each. */
  private void start(Path folder, List<Site> sites, List<Integer> ports) throws Exception {
    List<InetSocketAddress> members = new ArrayList<>();
    for (int i = 0; i < sites.size(); i++) {
      members.add(new InetSocketAddress(sites.get(i).host(), ports.get(3 * i)));
    }
    try {
      for (int i = 0; i < sites.size(); i++) {
        Path hazelcast = folder.resolve("hazelcast-" + i + ".yaml");
        Files.writeString(hazelcast, hazelcast(folder.getFileName(), members, i));
        int web = ports.get(3 * i + 1);
        int admin = ports.get(3 * i + 2);
        Path config = folder.resolve("gateway-" + i + ".json");
        Files.writeString(config, config(sites.get(i), web, admin, hazelcast));
        nodes.add(new GatewayNode(sites.get(i), web, admin, config));
      }
      for (GatewayNode node : nodes) {
        node.launch();
      }
      if (upstream != null) {
        upstream.awaitReady();
      }
      for (GatewayNode node : nodes) {
        node.process().awaitReady();
      }
      awaitWhole(Duration.ofSeconds(30));
      if (upstream != null) {
        warmUp();
      }
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  /** Requests enough for the compiler to have done the most of its work: what is slow from now on is a fault's doing. */
  private void warmUp() throws IOException {
    List<HttpSocket> sockets = new ArrayList<>();
    for (GatewayNode node : nodes) {
      sockets.add(connect(node));
    }
    for (int i = 0; i < 1_000; i++) {
      for (HttpSocket socket : sockets) {
        socket.send("/small/load" + i % 500);
      }
      for (HttpSocket socket : sockets) {
        server(socket.answer());
      }
    }
    for (HttpSocket socket : sockets) {
      socket.close();
    }
  }

  List<GatewayNode> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  GatewayNode node(int index) {
    return nodes.get(index);
  }

  /** All nodes but that one. */
  List<GatewayNode> without(GatewayNode node) {
    return nodes.stream().filter(other -> other != node).toList();
  }

  List<InetSocketAddress> upstreams() {
    return upstreams;
  }

  /** Requests that many destinations that begin so once each, on any node. */
  void placeSome(String prefix, int count, Random random) throws IOException {
    for (int i = 0; i < count; i++) {
      serverOf(nodes.get(random.nextInt(nodes.size())), prefix + i);
    }
  }

  /** One request on a fresh connection; the id of the server that answered. */
  String serverOf(GatewayNode node, String path) throws IOException {
    try (HttpSocket socket = connect(node)) {
      return server(socket.get(path));
    }
  }

  HttpSocket connect(GatewayNode node) throws IOException {
    return new HttpSocket(node.web(), PATIENCE_MILLIS);
  }

  /** A request that stays active until its connection is closed; returns at once. */
  HttpSocket hold(GatewayNode node, String path) throws IOException {
    HttpSocket socket = connect(node);
    socket.send(path);
    return socket;
  }

  /** The id of the server that gave an answer, which has to be a good one. */
  static String server(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.header(UpstreamMain.WHO);
  }

  /** Requests that each server holds, by its own count. */
  Map<String, Integer> holding() throws IOException {
    Map<String, Integer> holding = new TreeMap<>();
    for (InetSocketAddress address : upstreams) {
      try (HttpSocket socket = new HttpSocket(address, PATIENCE_MILLIS)) {
        holding.put(
            String.valueOf(address.getPort()),
            Integer.valueOf(socket.get("/holding").body()));
      }
    }
    return holding;
  }

  /** Returns once every node is ready, hears every other one, and nothing is degraded; how long that took. */
  long awaitWhole(Duration within) throws Exception {
    return Eventually.passes("one whole cluster", within, this::assertWhole);
  }

  void assertWhole() throws Exception {
    for (GatewayNode node : nodes) {
      assertThat(node.isReady()).as("%s is ready", node).isTrue();
      assertThat(node.members().values())
          .as("report ages at %s", node)
          .hasSize(nodes.size())
          .allMatch(age -> age >= 0);
      assertThat(node.degraded()).as("degraded at %s", node).isEmpty();
    }
  }

  /** Every node has the same homes, and none has a decision that the others lack; no load meanwhile. */
  void assertSameHomes() throws Exception {
    assertSameHomes("/");
    for (GatewayNode node : nodes) {
      assertThat(node.backlog()).as("backlog at %s", node).isZero();
    }
  }

  /** Every node has the same homes of destinations that begin so. */
  void assertSameHomes(String prefix) throws Exception {
    for (String service : List.of("load", "brief")) {
      Map<String, String> expected = homes(nodes.get(0), service, prefix);
      for (GatewayNode node : nodes) {
        Map<String, String> there = homes(node, service, prefix);
        if (!there.equals(expected)) { // a message of thousands of homes would help nobody
          assertThat(difference(expected, there))
              .as("homes of %s at %s that differ from those at %s", service, node, nodes.get(0))
              .isEmpty();
        }
      }
    }
  }

  /** What a node has for destinations that begin so. */
  static Map<String, String> homes(GatewayNode node, String service, String prefix)
      throws Exception {
    Map<String, String> homes = node.homes(service);
    homes.keySet().removeIf(destination -> !destination.startsWith(prefix));
    return homes;
  }

  /** Drift 0: what every node counts is the sum of what goes through each; returns that. */
  Map<String, Integer> assertTrueCounts() throws Exception {
    Map<String, Integer> truth = new TreeMap<>();
    for (GatewayNode node : nodes) {
      node.active("load", "local")
          .forEach((server, count) -> truth.merge(server, count, Integer::sum));
    }
    for (GatewayNode node : nodes) {
      assertThat(node.active("load", "cluster")).as("counts at %s", node).isEqualTo(truth);
    }
    return truth;
  }

  @Override
  public void close() {
    nodes.stream()
        .filter(GatewayNode::isLaunched)
        .forEach(node -> node.process().close());
    if (upstream != null) {
      upstream.close();
    }
  }

  private static List<String> difference(Map<String, String> expected, Map<String, String> there) {
    Map<String, String> all = new TreeMap<>(expected);
    all.putAll(there);
    return all.keySet().stream()
        .filter(key -> !String.valueOf(expected.get(key)).equals(there.get(key)))
        .map(key -> key + ": " + expected.get(key) + " and " + there.get(key))
        .toList();
  }

  private String config(Site site, int web, int admin, Path hazelcast) {
    return new JsonObject()
        .put("listeners", new JsonArray().add(ConfigJson.listener(site.host(), web)))
        .put("routes", routes)
        .put("services", services)
        .put("cluster", new JsonObject().put("enabled", true).put("config", hazelcast.toString()))
        .put("admin", GatewayNode.adminConfig(site, admin))
        .encodePrettily();
  }

  private JsonObject service(String expiration) {
    JsonArray servers = new JsonArray();
    for (InetSocketAddress address : upstreams) {
      servers.add(new JsonObject()
          .put("id", String.valueOf(address.getPort()))
          .put("host", address.getHostString())
          .put("port", address.getPort()));
    }
    return new JsonObject()
        .put("strategy", "lblc")
        .put("options", new JsonObject().put("expiration", expiration))
        .put("servers", servers);
  }

  /** Hazelcast's file for one of some members. */
  static String hazelcast(Path name, List<InetSocketAddress> members, int own) throws IOException {
    String list = members.stream()
        .map(member -> '"' + member.getHostString() + ':' + member.getPort() + '"')
        .collect(Collectors.joining(", ", "[", "]"));
    String yaml = Files.readString(Path.of("cluster", "hazelcast.yaml"));
    yaml = replaced(yaml, "(?<=\n  cluster-name: ).*", name.toString());
    yaml =
        replaced(yaml, "(?<=\n      port: ).*", String.valueOf(members.get(own).getPort()));
    yaml =
        replaced(yaml, "(?<=\n      interfaces: ).*", "[" + members.get(own).getHostString() + "]");
    return replaced(yaml, "(?<=\n        member-list: ).*", list);
  }

  private static String replaced(String yaml, String what, String by) {
    Matcher there = Pattern.compile(what).matcher(yaml);
    assertThat(there.find()).as("%s in the shipped file", what).isTrue();
    return there.replaceFirst(Matcher.quoteReplacement(by));
  }
}
