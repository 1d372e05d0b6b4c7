package dev.lblc.load;

import dev.lblc.load.GatewayNode.Site;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Network namespaces of this machine on one bridge, and cuts between them. Names and addresses are those of this run
 * alone; closing it, or the end of this JVM, removes all of it.
 *
 * <p>Needs Linux, root, {@code ip}, {@code tc} and {@code iptables}.
 */
final class Namespaces implements AutoCloseable {
  private final String name = "lblc" + Long.toString(ProcessHandle.current().pid(), 36);
  private final int count;
  private final String network;
  private final Set<Integer> slow = new HashSet<>();
  private final Thread atExit = new Thread(this::remove);

  private Namespaces(int count, String network) {
    this.count = count;
    this.network = network;
  }

  /**
   * So many, each of which reaches all others and the bridge.
   *
   * @throws IOException if this machine does not let us; nothing of it is left then
   */
  static Namespaces create(int count) throws IOException {
    Namespaces namespaces = new Namespaces(count, freeNetwork());
    Runtime.getRuntime().addShutdownHook(namespaces.atExit);
    try {
      namespaces.build();
      return namespaces;
    } catch (IOException e) {
      namespaces.close();
      throw e;
    }
  }

  /** All of them. */
  List<Site> sites() {
    List<Site> sites = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sites.add(new Site(address(i), List.of("ip", "netns", "exec", namespace(i))));
    }
    return sites;
  }

  /** Address outside of them that all of them reach. */
  String outside() {
    return network + 254;
  }

  /** Nothing passes between two. */
  void cut(int one, int other) throws IOException {
    cutOneWay(one, other);
    cutOneWay(other, one);
  }

  /** Nothing passes from one to another. */
  void cutOneWay(int from, int to) throws IOException {
    rule("-A", from, to, null);
  }

  /** Undoes one such cut. */
  void mendOneWay(int from, int to) throws IOException {
    rule("-D", from, to, null);
  }

  /** Of what passes from one to another so many of a hundred packets get lost. */
  void lose(int from, int to, int percent) throws IOException {
    rule("-A", from, to, null, lossOf(percent));
  }

  /** Undoes one such loss. */
  void loseNoMore(int from, int to, int percent) throws IOException {
    rule("-D", from, to, null, lossOf(percent));
  }

  /** What comes by TCP from one to another is answered by a reset, as by a firewall that does not know the connection. */
  void reset(int from, int to) throws IOException {
    rule("-A", from, to, "tcp-reset", "-p", "tcp");
  }

  /** Undoes one such answer. */
  void resetNoMore(int from, int to) throws IOException {
    rule("-D", from, to, "tcp-reset", "-p", "tcp");
  }

  /** What one sends has so many kilobits a second. */
  void slow(int from, int kilobits) throws IOException {
    slow.add(from);
    in(
        from,
        "tc",
        "qdisc",
        "replace",
        "dev",
        "eth0",
        "root",
        "tbf",
        "rate",
        kilobits + "kbit",
        "burst",
        "16k",
        "latency",
        "200ms");
  }

  /** Undoes that, if it is so. */
  void slowNoMore(int from) throws IOException {
    if (slow.remove(from)) {
      in(from, "tc", "qdisc", "del", "dev", "eth0", "root");
    }
  }

  /** Everything passes again. */
  void heal() throws IOException {
    for (int i = 0; i < count; i++) {
      in(i, "iptables", "-w", "-F");
      slowNoMore(i);
    }
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private void build() throws IOException {
    run("ip", "link", "add", bridge(), "type", "bridge");
    run("ip", "addr", "add", outside() + "/24", "dev", bridge());
    run("ip", "link", "set", bridge(), "up");
    for (int i = 0; i < count; i++) {
      run("ip", "netns", "add", namespace(i));
      run(
          "ip",
          "link",
          "add",
          link(i),
          "type",
          "veth",
          "peer",
          "name",
          "eth0",
          "netns",
          namespace(i));
      run("ip", "link", "set", link(i), "master", bridge(), "up");
      in(i, "ip", "addr", "add", address(i) + "/24", "dev", "eth0");
      in(i, "ip", "link", "set", "eth0", "up");
      in(i, "ip", "link", "set", "lo", "up");
    }
    heal(); // without a rule to remove: is iptables there?
    if (!InetAddress.getByName(address(0)).isReachable(5_000)) {
      throw new IOException("the bridge does not carry anything");
    }
  }

  private void remove() {
    for (int i = 0; i < count; i++) {
      attempt("ip", "link", "del", link(i));
      attempt("ip", "netns", "del", namespace(i));
    }
    attempt("ip", "link", "del", bridge());
  }

  private String namespace(int i) {
    return name + "n" + i;
  }

  private String link(int i) {
    return name + "v" + i;
  }

  private String bridge() {
    return name + "b";
  }

  private String address(int i) {
    return network + (i + 1);
  }

  private void in(int i, String... command) throws IOException {
    List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", namespace(i)));
    inside.addAll(List.of(command));
    run(inside.toArray(new String[0]));
  }

  /** Changes the rules for what matches: with that answer; null: it is dropped. */
  private void rule(String change, int from, int to, @Nullable String answer, String... match)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of("iptables", "-w", change, "INPUT", "-s", address(from)));
    command.addAll(List.of(match));
    command.addAll(
        answer == null ? List.of("-j", "DROP") : List.of("-j", "REJECT", "--reject-with", answer));
    in(to, command.toArray(new String[0]));
  }

  private static String[] lossOf(int percent) {
    String probability = String.format(Locale.ROOT, "%.2f", percent / 100.0);
    return new String[] {"-m", "statistic", "--mode", "random", "--probability", probability};
  }

  private static void attempt(String... command) {
    try {
      run(command);
    } catch (IOException e) {
      System.out.println("Namespaces: " + e.getMessage()); // it was not there, or is gone already
    }
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + output.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** The first three numbers, with their dots, of a private network that this machine has no address in. */
  private static String freeNetwork() throws IOException {
    Random random = new Random();
    while (true) {
      String network = "10." + (128 + random.nextInt(128)) + "." + random.nextInt(256) + ".";
      boolean isTaken = NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .anyMatch(address -> address.getHostAddress().startsWith(network));
      if (!isTaken) {
        return network;
      }
    }
  }
}
