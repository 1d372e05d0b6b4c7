package dev.lblc.config;

import dev.lblc.config.HttpRouteConfig.HeaderEdits;
import dev.lblc.config.HttpRouteConfig.HostHeader;
import dev.lblc.config.HttpRouteConfig.HostHeader.Mode;
import dev.lblc.config.HttpRouteConfig.Limits;
import dev.lblc.config.HttpRouteConfig.Redirect;
import dev.lblc.config.HttpRouteConfig.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The reader of {@code routes}. */
final class RouteReader {
  private static final int MOST_RETRIES = 100;
  private static final List<Integer> REDIRECTS = List.of(301, 302, 303, 307, 308);

  /** The keys that have no meaning where nothing is forwarded. */
  private static final List<String> OF_FORWARDING = List.of(
      "destination",
      "timeouts",
      "limits",
      "retries",
      "rewrite",
      "upgrade",
      "host",
      "requestHeaders",
      "responseHeaders",
      "serverHeader",
      "requestId",
      "learn",
      "stickyCookie");

  private static final Set<String> USUAL_UPGRADES = Set.of("websocket");

  static final Duration SHORTEST = Duration.ofMillis(1);
  static final Duration LONGEST = Duration.ofHours(24);

  private final ListenerReader listeners;
  private final Set<String> names;
  private final Map<String, ServiceConfig> services;
  private final Map<String, List<HttpRouteConfig>> http = new HashMap<>();
  private final Map<String, List<TcpRouteConfig>> tcp = new HashMap<>();
  private int count;

  /** Creates a reader. If names of listeners or services have faults, routes that use those names get no fault of their own. */
  RouteReader(ListenerReader listeners, Map<String, ServiceConfig> services) {
    this.listeners = listeners;
    this.names = new LinkedHashSet<>(listeners.names());
    this.services = services;
  }

  /** Returns the routes of an HTTP listener, in file order. */
  List<HttpRouteConfig> http(String listener) {
    return List.copyOf(http.getOrDefault(listener, List.of()));
  }

  /** Returns the routes of a TCP listener, in file order. */
  List<TcpRouteConfig> tcp(String listener) {
    return List.copyOf(tcp.getOrDefault(listener, List.of()));
  }

  /** Reads one route; returns null if its listener is not known. */
  @Nullable
  RouteConfig read(Cursor route) {
    int index = count++;
    return route.object(Keys.ROUTE, keys -> {
      String name = keys.required("listener").text(reference(names));
      ListenerConfig listener = name == null ? null : listeners.find(name);
      if (listener instanceof TcpListenerConfig) {
        TcpRouteConfig read = TcpRouteReader.read(index, keys, reference(services.keySet()));
        tcp.computeIfAbsent(listener.name(), added -> new ArrayList<>()).add(read);
        return read;
      }
      if (listener == null) {
        readWithoutListener(route, keys);
        return null;
      }
      HttpRouteConfig read = http(index, (HttpListenerConfig) listener, route, keys);
      http.computeIfAbsent(listener.name(), added -> new ArrayList<>()).add(read);
      return read;
    });
  }

  private HttpRouteConfig http(
      int index, HttpListenerConfig listener, Cursor route, ObjectReader keys) {
    HttpRouteConfig.Match match = MatchReader.read(keys.optional("match"));
    Cursor service = keys.optional("service");
    Cursor redirect = keys.optional("redirect");
    requireOne(route, keys, service, redirect);
    HttpRouteConfig read = new HttpRouteConfig(
        index,
        match,
        service(service, listener),
        templates(keys.optional("destination")),
        timeouts(keys.optional("timeouts")),
        limits(keys.optional("limits")),
        retries(keys),
        stripPrefix(keys.optional("rewrite")),
        upgrade(keys.optional("upgrade")),
        hostHeader(keys.optional("host")),
        headerEdits(keys.optional("requestHeaders")),
        headerEdits(keys.optional("responseHeaders")),
        serverHeader(keys),
        keys.optional("requestId").text(HttpSyntax.ID_HEADER),
        SessionReader.learn(keys.optional("learn")),
        SessionReader.stickyCookie(keys.optional("stickyCookie")),
        redirect(redirect));
    checkPrefixes(keys.optional("destination"), read, listener.limits());
    if (redirect.isPresent()) {
      OF_FORWARDING.stream()
          .map(keys::optional)
          .filter(Cursor::isPresent)
          .forEach(key -> key.warn("does nothing: the route redirects and forwards nothing"));
    }
    return read;
  }

  /**
   * Reads a route whose listener is not known, only to find its faults: every key of an HTTP or TCP route is read, and keys that
   * do not go together are no fault.
   */
  private void readWithoutListener(Cursor route, ObjectReader keys) {
    MatchReader.readAny(keys.optional("match"));
    Cursor service = keys.optional("service");
    Cursor redirect = keys.optional("redirect");
    requireOne(route, keys, service, redirect);
    service.text(reference(services.keySet()));
    templates(keys.optional("destination"));
    keys.optional("timeouts").object(Keys.ROUTE_TIMEOUTS, limits -> {
      whole(limits.optional("lifetime"));
      return timeouts(limits);
    });
    limits(keys.optional("limits"));
    retries(keys);
    stripPrefix(keys.optional("rewrite"));
    upgrade(keys.optional("upgrade"));
    hostHeader(keys.optional("host"));
    headerEdits(keys.optional("requestHeaders"));
    headerEdits(keys.optional("responseHeaders"));
    serverHeader(keys);
    keys.optional("requestId").text(HttpSyntax.ID_HEADER);
    SessionReader.learn(keys.optional("learn"));
    SessionReader.stickyCookie(keys.optional("stickyCookie"));
    redirect(redirect);
  }

  private static void requireOne(Cursor route, ObjectReader keys, Cursor service, Cursor redirect) {
    if (service.isPresent() && redirect.isPresent()) {
      redirect.fail("no redirect in a route with a service");
    } else if (!service.isPresent() && !redirect.isPresent() && keys.isObject()) {
      route.fail("a service or a redirect");
    }
  }

  private static List<DestinationTemplate> templates(Cursor templates) {
    return List.copyOf(templates.list(0, template -> template.text(TemplateSyntax.TEMPLATE)));
  }

  /** Refuses a prefix that is longer than what is looked at: it would never have a value. */
  private static void checkPrefixes(
      Cursor destination, HttpRouteConfig route, HttpLimits ofListener) {
    Integer own = route.limits().inspect();
    int most = own == null ? ofListener.inspect() : own;
    for (DestinationTemplate template : route.destination()) {
      for (DestinationTemplate.Part part : template.parts()) {
        if (part instanceof DestinationTemplate.Field field
            && field.kind() == DestinationTemplate.Kind.PREFIX
            && field.count() > most) {
          destination.fail(
              Json.quoted(template.text()),
              "a prefix of at most " + most + " bytes, what limits.inspect says");
        }
      }
    }
  }

  /** Reads {@code retries} of any route. */
  static int retries(ObjectReader keys) {
    return keys.optional("retries").integer(1, 0, MOST_RETRIES);
  }

  /** Reads {@code connect} among the time-outs of any route. */
  static Duration connect(ObjectReader keys) {
    return keys.optional("connect").duration(Duration.ofSeconds(1), SHORTEST, LONGEST);
  }

  /** Reads {@code idle} among the time-outs of any route. */
  static Duration idle(ObjectReader keys) {
    return keys.optional("idle").duration(Duration.ofSeconds(60), SHORTEST, LONGEST);
  }

  private static Syntax<String> reference(Set<String> names) {
    boolean complete = !names.isEmpty() && !names.contains(ListenerReader.NO_NAME);
    return complete ? NameSyntax.oneOf(names) : NameSyntax.NAME;
  }

  private @Nullable String service(Cursor service, HttpListenerConfig listener) {
    String name = service.text(reference(services.keySet()));
    ServiceConfig known = name == null ? null : services.get(name);
    if (known != null && known.proxyProtocol() != null) {
      service.fail("a service without proxyProtocol: only tcp routes send it");
    }
    if (known != null
        && known.http() == ServerHttp.HTTP_2
        && listener.engine() == HttpEngine.VERTX) {
      service.fail(
          "a service of HTTP/1.1: the listener's engine vertx speaks no HTTP/2 to servers");
    }
    return name;
  }

  private static Timeouts timeouts(Cursor timeouts) {
    return timeouts.object(Keys.ROUTE_TIMEOUTS, RouteReader::timeouts);
  }

  private static Timeouts timeouts(ObjectReader keys) {
    Duration connect = connect(keys);
    Duration response =
        keys.optional("response").duration(Duration.ofSeconds(30), SHORTEST, LONGEST);
    Duration idle = idle(keys);
    return new Timeouts(
        connect,
        response,
        idle,
        keys.optional("tunnel").duration(idle, SHORTEST, LONGEST),
        whole(keys.optional("request")));
  }

  /** Reads the limit of an exchange of HTTP, or of a connection of TCP, as a whole; null: none. */
  static @Nullable Duration whole(Cursor limit) {
    Duration read = limit.duration(LONGEST, SHORTEST, LONGEST);
    return limit.isPresent() ? read : null;
  }

  private static Limits limits(Cursor limits) {
    return limits.object(Keys.ROUTE_LIMITS, keys -> {
      Cursor body = keys.optional("body");
      long read = HttpListenerReader.body(body);
      Cursor inspect = keys.optional("inspect");
      int inspected = HttpListenerReader.inspect(inspect);
      return new Limits(body.isPresent() ? read : null, inspect.isPresent() ? inspected : null);
    });
  }

  private static @Nullable String stripPrefix(Cursor rewrite) {
    return rewrite.object(
        Keys.REWRITE, keys -> keys.optional("stripPrefix").text(HttpSyntax.PATH_PREFIX));
  }

  private static Set<String> upgrade(Cursor upgrade) {
    UniqueNames names = new UniqueNames();
    List<String> read = upgrade.list(0, protocol -> {
      String name = protocol.text(HttpSyntax.UPGRADE);
      names.add(protocol, name);
      return name;
    });
    return upgrade.isPresent()
        ? Collections.unmodifiableSet(new LinkedHashSet<>(read))
        : USUAL_UPGRADES;
  }

  private static HostHeader hostHeader(Cursor host) {
    String text = host.text(HttpSyntax.HOST_HEADER, "keep");
    return switch (text) {
      case "keep" -> new HostHeader(Mode.KEEP, null);
      case "server" -> new HostHeader(Mode.SERVER, null);
      default -> new HostHeader(Mode.NAME, text);
    };
  }

  private static @Nullable String serverHeader(ObjectReader keys) {
    return keys.optional("serverHeader").text(HttpSyntax.EDITED_HEADER);
  }

  private static HeaderEdits headerEdits(Cursor edits) {
    return edits.object(Keys.HEADER_EDITS, keys -> {
      UniqueNames setNames = new UniqueNames();
      Map<String, String> set = keys.optional("set")
          .map(0, HttpSyntax.EDITED_HEADER, (name, value) -> {
            setNames.add(value.secret(), name.toLowerCase(Locale.ROOT));
            return value.secret().text(HttpSyntax.HEADER_VALUE, "");
          });
      UniqueNames removedNames = new UniqueNames();
      List<String> remove = keys.optional("remove").list(0, name -> {
        String read = name.text(HttpSyntax.EDITED_HEADER);
        removedNames.add(name, read == null ? null : read.toLowerCase(Locale.ROOT));
        return read;
      });
      return new HeaderEdits(
          Collections.unmodifiableMap(set),
          Collections.unmodifiableSet(new LinkedHashSet<>(remove)));
    });
  }

  private static @Nullable Redirect redirect(Cursor redirect) {
    Redirect read = redirect.object(Keys.REDIRECT, keys -> {
      String scheme =
          keys.required("scheme").text(NameSyntax.oneOf(List.of("http", "https")), "https");
      int port = keys.optional("port").integer(Redirect.ownPort(scheme), 1, PortSyntax.MOST);
      Cursor status = keys.optional("status");
      int code = status.integer(308, 300, 399);
      if (!REDIRECTS.contains(code)) {
        status.fail("one of " + REDIRECTS);
      }
      return new Redirect(scheme, port, code);
    });
    return redirect.isPresent() ? read : null;
  }
}
