package dev.lblc.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The reader of {@code listeners}. Routes are read later: {@link #with} adds them to their listeners. */
final class ListenerReader {
  /** Stands for a name that was missing or faulty. */
  static final String NO_NAME = "";

  private static final String HTTP = "http";
  private static final String TCP = "tcp";
  private static final int DEFAULT_CONNECTIONS = 10_000;
  private static final int MOST_CONNECTIONS = 10_000_000;

  /** Each port takes a file descriptor. */
  private static final int MOST_PORTS = 4_096;

  private static final Duration HELLO = Duration.ofSeconds(5);

  private final UniqueNames unique = new UniqueNames();
  private final BoundPorts taken;
  private final List<String> names = new ArrayList<>();
  private final List<ListenerConfig> listeners = new ArrayList<>();

  private ListenerReader(BoundPorts taken) {
    this.taken = taken;
  }

  /** Reads all listeners. */
  static ListenerReader read(Cursor listeners, BoundPorts taken) {
    ListenerReader reader = new ListenerReader(taken);
    List<Boolean> unused = listeners.list(1, reader::read);
    return reader;
  }

  /** Returns the names of all listeners, in file order. */
  List<String> names() {
    return names;
  }

  /** Returns whether any listener may share its ports. */
  boolean reusesPorts() {
    return listeners.stream().anyMatch(ListenerConfig::reusePort);
  }

  /** Returns the listeners with their routes, in file order. */
  List<ListenerConfig> with(RouteReader routes) {
    return listeners.stream()
        .map(listener -> listener instanceof HttpListenerConfig http
            ? (ListenerConfig) http.with(routes.http(http.name()))
            : ((TcpListenerConfig) listener).with(routes.tcp(listener.name())))
        .toList();
  }

  /**
   * Returns the listener of that name, perhaps with faults; null if its protocol is not known, if there is no such listener, or
   * if there is one of each protocol.
   */
  @Nullable
  ListenerConfig find(String name) {
    List<ListenerConfig> found =
        listeners.stream().filter(listener -> listener.name().equals(name)).toList();
    boolean isClear = found.stream().map(Object::getClass).distinct().count() == 1;
    return isClear ? found.get(0) : null;
  }

  private boolean read(Cursor listener) {
    return listener.object(Keys.LISTENER, keys -> {
      Cursor name = keys.required("name");
      String given = name.text(NameSyntax.NAME);
      unique.add(name, given);
      String known = given == null ? NO_NAME : given;
      names.add(known);
      String protocol = keys.required("protocol").text(NameSyntax.oneOf(List.of(HTTP, TCP)));
      String host = keys.optional("host").text(NetSyntax.HOST, "0.0.0.0");
      if (protocol == null) {
        readWithoutProtocol(host, keys);
        return false;
      }
      return listeners.add(protocol.equals(TCP) ? tcp(known, host, keys) : http(known, host, keys));
    });
  }

  /** Reads the keys of both protocols, only to find their faults. */
  private void readWithoutProtocol(String host, ObjectReader keys) {
    ports(keys, host);
    reusePort(keys);
    ListenerTlsReader.read(keys.optional("tls"));
    keys.optional("proxyProtocol").flag(false);
    maxConnections(keys);
    peers(keys.optional("trustedPeers"));
    keys.optional("transparent").flag(false);
    keys.optional("timeouts").object(Keys.LISTENER_TIMEOUTS, limits -> {
      HttpListenerReader.timeouts(limits);
      return hello(limits);
    });
    HttpEngine engine = HttpListenerReader.engine(keys.optional("engine"));
    keys.optional("http2").flag(true);
    HttpListenerReader.limits(keys.optional("limits"), engine, true, true);
    AccessLogReader.read(keys.optional("accessLog"));
  }

  private HttpListenerConfig http(String name, String host, ObjectReader keys) {
    keys.refuse("ports", "port, one alone: the listener is http");
    keys.refuse("transparent", "no transparent: it is for tcp");
    HttpEngine engine = HttpListenerReader.engine(keys.optional("engine"));
    Cursor tls = keys.optional("tls");
    boolean isHttp2 = HttpListenerReader.http2(keys.optional("http2"), engine, tls.isPresent());
    return new HttpListenerConfig(
        name,
        engine,
        isHttp2,
        host,
        port(keys.required("port"), host),
        reusePort(keys),
        ListenerTlsReader.read(tls),
        keys.optional("proxyProtocol").flag(false),
        maxConnections(keys),
        peers(keys.optional("trustedPeers")),
        keys.optional("timeouts").object(Keys.LISTENER_TIMEOUTS, limits -> {
          limits.refuse("hello", "no hello: it is for tcp");
          return HttpListenerReader.timeouts(limits);
        }),
        HttpListenerReader.limits(keys.optional("limits"), engine, isHttp2, tls.isPresent()),
        AccessLogReader.read(keys.optional("accessLog")),
        List.of());
  }

  private TcpListenerConfig tcp(String name, String host, ObjectReader keys) {
    keys.refuse("engine", "no engine: it is for http");
    keys.refuse("http2", "no http2: it is for http");
    keys.refuse("limits", "no limits: they are for http");
    List<Integer> numbers = ports(keys, host);
    TlsConfig tls = ListenerTlsReader.read(keys.optional("tls"));
    Cursor proxyProtocol = keys.optional("proxyProtocol");
    boolean behindProxy = proxyProtocol.flag(false);
    int maxConnections = maxConnections(keys);
    Cursor trusted = keys.optional("trustedPeers");
    List<String> peers = peers(trusted);
    if (behindProxy && peers.isEmpty() && !trusted.hasFailed()) {
      proxyProtocol.fail("trustedPeers beside it: only they may say who the client is");
    }
    return new TcpListenerConfig(
        name,
        host,
        numbers,
        reusePort(keys),
        keys.optional("transparent").flag(false),
        tls,
        behindProxy,
        maxConnections,
        peers,
        keys.optional("timeouts").object(Keys.LISTENER_TIMEOUTS, limits -> {
          limits.refuse("header", "no header: it is for http");
          limits.refuse("idle", "no idle: that of a tcp listener is in its routes");
          return hello(limits);
        }),
        AccessLogReader.ofTcp(keys.optional("accessLog")),
        List.of());
  }

  private List<Integer> ports(ObjectReader keys, String host) {
    Cursor several = keys.optional("ports");
    Cursor one = several.isPresent() ? keys.optional("port") : keys.required("port");
    if (!several.isPresent()) {
      return List.of(port(one, host));
    }
    if (one.isPresent()) {
      one.fail("no port beside ports");
    }
    List<Integer> numbers = new ArrayList<>();
    Set<Integer> known = new HashSet<>();
    List<Boolean> unused = several.list(1, element -> {
      PortRange range = PortSyntax.read(element);
      if (range == null) {
        return false;
      }
      for (int number = range.first(); number <= range.last(); number++) {
        if (!known.add(number)) {
          element.fail("ports that are not listed before, unlike " + number);
          return false;
        }
        if (!taken.bind(element, host, number)) {
          return false;
        }
        numbers.add(number);
      }
      return true;
    });
    if (numbers.size() > MOST_PORTS) {
      several.fail(numbers.size() + " ports", "at most " + MOST_PORTS + " ports");
    }
    return List.copyOf(numbers);
  }

  private int port(Cursor port, String host) {
    int number = port.integer(0, 0, 65_535);
    taken.bind(port, host, number);
    return number;
  }

  private static boolean reusePort(ObjectReader keys) {
    return keys.optional("reusePort").flag(false);
  }

  private static Duration hello(ObjectReader timeouts) {
    return timeouts.optional("hello").duration(HELLO, RouteReader.SHORTEST, RouteReader.LONGEST);
  }

  private static int maxConnections(ObjectReader keys) {
    return keys.optional("maxConnections").integer(DEFAULT_CONNECTIONS, 1, MOST_CONNECTIONS);
  }

  private static List<String> peers(Cursor peers) {
    return List.copyOf(peers.list(0, peer -> peer.text(NetSyntax.PEER)));
  }
}
