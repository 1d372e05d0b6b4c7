package dev.lblc.simulation;

import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.Strategy;
import java.util.Arrays;
import java.util.List;

/**
 * One run: a workload, the nodes that choose servers for it, and the servers.
 *
 * <pre>
 * a request comes:  its node chooses a server (Service.acquire); it takes a slot there, or waits, or is refused
 * it begins:        the cache says how long it takes
 * it ends:          its node counts one less (Service.release); the next one begins
 * a node reports:   all others count its requests beside their own, as of now
 * </pre>
 *
 * Nothing takes time but the servers, reports and the way of a home to other nodes. Used by one thread.
 */
public final class Simulation {
  private static final int DONE = 0;
  private static final int REPORT = 1;
  private static final int SAMPLE = 2;
  private static final int INCIDENT = 3;

  private static final double TENTH = 0.1;
  private static final int TENTHS = 10;

  private final Model model;
  private final Workload workload;
  private final List<Incident> incidents;
  private final Strategy.Factory factory;
  private final SchedulerOptions options;
  private final Measurements seen;
  private final EventQueue events = new EventQueue();
  private final Requests requests = new Requests();
  private final Node[] nodes;
  private final boolean[] nodeIsUp;
  private final int[] nodeStarts;
  private final ModelServer[] servers;
  private final int[] reported;
  private final SharedHomes homes;
  private double now;

  /**
   * A run that has not begun.
   *
   * @param factory makes the strategy of each node
   * @param options what all strategies have in common
   */
  public Simulation(
      Model model,
      Workload workload,
      List<Incident> incidents,
      Strategy.Factory factory,
      SchedulerOptions options) {
    this.model = model;
    this.workload = workload;
    this.incidents = List.copyOf(incidents);
    this.factory = factory;
    this.options = options;
    int count = model.servers().size();
    seen = new Measurements(count);
    reported = new int[count];
    servers = new ModelServer[count];
    for (int i = 0; i < count; i++) {
      servers[i] = new ModelServer(model.servers().get(i), workload.keys());
    }
    nodeIsUp = new boolean[model.nodes()];
    Arrays.fill(nodeIsUp, true);
    nodeStarts = new int[model.nodes()];
    nodes = new Node[model.nodes()];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = node(i);
    }
    homes = new SharedHomes(model.spreadSeconds(), options, workload.keys());
  }

  /** Runs until a time, in seconds, or the end of the workload and of all that was begun; returns what was seen. */
  public Measurements run(double end) {
    runUntil(end);
    seen.entries(nodes[0].service.destinations());
    return seen;
  }

  private void runUntil(double end) {
    for (int i = 0; i < nodes.length; i++) {
      events.add(model.reportSeconds() * (i + 1.0) / nodes.length, EventQueue.event(REPORT, i, 0));
    }
    events.add(TENTH, EventQueue.event(SAMPLE, 0, 1));
    boolean[] known = new boolean[servers.length];
    for (int i = 0; i < incidents.size(); i++) {
      Incident incident = incidents.get(i);
      if (incident.kind() == Incident.Kind.SERVER_COMES && !known[incident.number()]) {
        servers[incident.number()].up = false;
        tell(incident.number());
      }
      if (incident.isOfServer()) {
        known[incident.number()] = true;
      }
      events.add(incident.at(), EventQueue.event(INCIDENT, i, 0));
    }
    boolean more = workload.advance();
    while (true) {
      if (more && workload.time() <= events.nextTime()) {
        now = workload.time();
        if (now >= end) {
          return;
        }
        come();
        more = workload.advance();
        continue;
      }
      now = events.nextTime();
      if (now >= end || (!more && requests.isEmpty())) {
        return;
      }
      happen(events.take());
    }
  }

  private void happen(long event) {
    int number = EventQueue.number(event);
    int other = EventQueue.other(event);
    switch (EventQueue.kind(event)) {
      case DONE -> {
        if (requests.attempt[number] == other) {
          end(number);
        }
      }
      case REPORT -> {
        report(number);
        events.add(now + model.reportSeconds(), event);
      }
      case SAMPLE -> {
        sample(other);
        events.add(now + TENTH, EventQueue.event(SAMPLE, 0, other + 1));
      }
      default -> strike(incidents.get(number));
    }
  }

  private void come() {
    int node = workload.node();
    for (int tried = 0; tried < nodes.length && !nodeIsUp[node]; tried++) {
      node = (node + 1) % nodes.length;
    }
    send(requests.add(now, workload.key(), node, (float) workload.size()));
  }

  private void send(int request) {
    int key = requests.key[request];
    int at = requests.node[request];
    Node node = nodes[at];
    String destination = workload.destination(key);
    boolean isShared = nodes.length > 1 && node.replica != null;
    if (isShared) {
      homes.settle(now, nodes);
      homes.use(key, destination, millis(), node);
    }
    Choice choice = node.acquire(destination);
    if (node.hasDecided()) {
      count(choice.reason());
      if (isShared) {
        homes.decided(now, destination, node.shared());
      }
    }
    Server chosen = choice.server();
    if (chosen == null) {
      refuse(request);
      return;
    }
    int number = chosen.port() - 1;
    ModelServer server = servers[number];
    if (server.isFull()) {
      node.release(number);
      refuse(request);
      return;
    }
    server.account(now);
    requests.server[request] = number;
    requests.nodeStart[request] = nodeStarts[at];
    if (server.hasFreeSlot()) {
      begin(request);
    } else {
      server.enqueue(request);
    }
  }

  private void count(Reason reason) {
    Measurements.Second second = seen.at(now);
    switch (reason) {
      case OVERLOADED, UNAVAILABLE, QUIESCED -> second.moves++;
      case HIT -> second.replicas++;
      default -> second.placed++;
    }
  }

  private void begin(int request) {
    ModelServer server = servers[requests.server[request]];
    requests.slot[request] = server.begin(request);
    boolean hit = server.cache.touch(requests.key[request]);
    requests.hit[request] = hit;
    double seconds = (hit ? model.hitSeconds() : model.missSeconds()) * requests.size[request];
    events.add(now + seconds, EventQueue.event(DONE, request, ++requests.attempt[request]));
  }

  private void end(int request) {
    ModelServer server = servers[requests.server[request]];
    server.account(now);
    int moved = server.end(requests.slot[request]);
    requests.slot[moved] = requests.slot[request];
    boolean hit = requests.hit[request];
    if (!hit) {
      server.cache.put(requests.key[request]);
    }
    countDown(request);
    double came = requests.time[request];
    seen.at(came).served(hit, (now - came) * 1_000);
    requests.remove(request);
    int next = server.dequeue();
    if (next >= 0) {
      begin(next);
    }
  }

  private void refuse(int request) {
    seen.at(requests.time[request]).errors++;
    requests.remove(request);
  }

  private void countDown(int request) {
    int node = requests.node[request];
    if (requests.nodeStart[request] == nodeStarts[node]) {
      nodes[node].release(requests.server[request]);
    }
  }

  private void report(int node) {
    if (!nodeIsUp[node]) {
      return;
    }
    Node from = nodes[node];
    boolean changes = false;
    for (int server = 0; server < servers.length; server++) {
      int active = from.active(server);
      if (active != from.published[server]) {
        reported[server] += active - from.published[server];
        from.published[server] = active;
        changes = true;
      }
    }
    if (changes) {
      spreadCounts();
    }
  }

  private void spreadCounts() {
    for (Node node : nodes) {
      for (int server = 0; server < servers.length; server++) {
        node.setPeers(server, reported[server] - node.published[server]);
      }
    }
  }

  private void sample(int number) {
    Measurements.Second second = seen.at(now - TENTH / 2);
    double most = 0;
    double sum = 0;
    double slots = 0;
    for (ModelServer server : servers) {
      if (server.up) {
        server.account(now);
        most = Math.max(most, server.shortArea / server.slots);
        sum += server.shortArea;
        slots += server.slots;
        server.shortArea = 0;
      }
    }
    if (sum > 0) {
      second.tenth(most / (sum / slots));
    }
    if (number % TENTHS == 0) {
      sampleSecond(slots);
    }
  }

  private void sampleSecond(double slots) {
    Measurements.Second second = seen.at(now - 0.5);
    double most = 0;
    double sum = 0;
    for (int i = 0; i < servers.length; i++) {
      ModelServer server = servers[i];
      if (server.up) {
        most = Math.max(most, server.longArea / server.slots);
        sum += server.longArea;
      }
      second.loads[i] = (float) server.longArea;
      server.longArea = 0;
    }
    second.imbalance = sum > 0 ? most / (sum / slots) : 1;
  }

  private void strike(Incident incident) {
    int number = incident.number();
    switch (incident.kind()) {
      case SERVER_STOPS -> stop(number);
      case SERVER_COMES -> {
        servers[number].come(now);
        tell(number);
      }
      case NODE_STOPS -> stopNode(number);
      case NODE_COMES -> nodeIsUp[number] = true;
    }
  }

  private void stop(int number) {
    ModelServer server = servers[number];
    server.account(now);
    int[] lost = server.stop();
    tell(number);
    for (int request : lost) {
      requests.attempt[request]++;
      countDown(request);
    }
    for (int request : lost) {
      send(request);
    }
  }

  private void stopNode(int number) {
    nodeIsUp[number] = false;
    nodeStarts[number]++;
    for (int server = 0; server < servers.length; server++) {
      reported[server] -= nodes[number].published[server];
    }
    nodes[number] = node(number);
    for (int server = 0; server < servers.length; server++) {
      nodes[number].setUp(server, servers[server].up);
    }
    if (nodes.length > 1 && nodes[number].replica != null) {
      homes.fill(nodes[number].shared());
    }
    spreadCounts();
  }

  private void tell(int server) {
    for (Node node : nodes) {
      node.setUp(server, servers[server].up);
    }
  }

  private Node node(int number) {
    long seed = Numbers.mix(number + 1L);
    return new Node(model, factory, options, this::millis, seed, model.nodes() > 1);
  }

  private long millis() {
    return (long) (now * 1_000);
  }
}
