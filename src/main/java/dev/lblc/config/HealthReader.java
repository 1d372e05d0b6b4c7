package dev.lblc.config;

import dev.lblc.config.HealthConfig.Fault;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The reader of a service's {@code health}. */
final class HealthReader {
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final Duration EJECT = Duration.ofSeconds(10);

  /** Checks that run more often would load the servers. */
  private static final Duration SHORTEST = Duration.ofMillis(10);

  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Duration MAX_EJECT = Duration.ofMinutes(5);
  private static final Duration LONGEST_EJECTION = Duration.ofHours(24);
  private static final int MOST_IN_A_ROW = 1_000;

  /** An answer of 5xx is more often the fault of one request than of a server: whoever wants it to count says so. */
  private static final Set<Fault> DEFAULT_FAULTS = Set.of(Fault.CONNECT, Fault.TIMEOUT);

  private static final Syntax<String> GRPC_SERVICE = Syntax.matching(
      "the name of a service of gRPC, or \"\" for the server as a whole", "[!-~]{0,100}");

  private static final Syntax<Fault> FAULT = fault();

  private HealthReader() {}

  /**
   * Reads it; returns null if there is none.
   *
   * @param behindProxy whether servers expect a PROXY protocol header, which checks do not send
   * @param isTls whether traffic to the servers speaks TLS
   * @param isHttp2 whether it is HTTP/2
   */
  static @Nullable HealthConfig read(
      Cursor health, boolean behindProxy, boolean isTls, boolean isHttp2) {
    HealthConfig read = health.object(Keys.HEALTH, keys -> {
      HealthConfig.Active active = active(keys.optional("active"), behindProxy, isTls, isHttp2);
      HealthConfig.Passive passive = passive(keys.optional("passive"));
      Cursor slowStart = keys.optional("slowStart");
      Duration slow = slowStart.duration(LONGEST, SHORTEST, LONGEST);
      return new HealthConfig(active, passive, slowStart.isPresent() ? slow : null);
    });
    return health.isPresent() ? read : null;
  }

  private static HealthConfig.@Nullable Active active(
      Cursor active, boolean behindProxy, boolean isTls, boolean isHttp2) {
    HealthConfig.Active read = active.object(Keys.ACTIVE, keys -> {
      Cursor otherPort = keys.optional("port");
      int port = otherPort.integer(0, 1, PortSyntax.MOST);
      boolean expectsProxyHeader = behindProxy && !otherPort.isPresent();
      HealthConfig.Http http = http(keys, expectsProxyHeader);
      String grpc = grpc(keys.optional("grpc"), http != null, expectsProxyHeader);
      // A handshake would have to come behind the header that checks do not send.
      boolean tls = keys.optional("tls").flag(isTls && !expectsProxyHeader);
      Cursor period = keys.optional("interval");
      Duration interval = period.duration(INTERVAL, SHORTEST, LONGEST);
      // A short interval without a timeout means a short timeout.
      Duration timeoutDefault = interval.compareTo(TIMEOUT) < 0 ? interval : TIMEOUT;
      Cursor timeout = keys.optional("timeout");
      Duration wait = timeout.duration(timeoutDefault, SHORTEST, LONGEST);
      if (wait.compareTo(interval) > 0 && !period.hasFailed()) {
        timeout.fail("at most interval, which is " + DurationSyntax.shown(interval));
      }
      return new HealthConfig.Active(
          http,
          grpc,
          grpc != null || (http != null && isHttp2),
          port,
          tls,
          interval,
          wait,
          keys.optional("rise").integer(2, 1, MOST_IN_A_ROW),
          keys.optional("fall").integer(3, 1, MOST_IN_A_ROW));
    });
    return active.isPresent() ? read : null;
  }

  private static @Nullable String grpc(Cursor grpc, boolean hasPath, boolean expectsProxyHeader) {
    String service = grpc.text(GRPC_SERVICE);
    if (service != null && hasPath) {
      grpc.fail("no path beside it: a check asks one thing");
    } else if (service != null && expectsProxyHeader) {
      grpc.fail(
          "a port of the checks' own in a service with proxyProtocol: checks send no such header");
    }
    return service;
  }

  /** Reads what makes the request of a check; returns null if there is no path, and so no request. */
  private static HealthConfig.@Nullable Http http(ObjectReader keys, boolean expectsProxyHeader) {
    Cursor target = keys.optional("path");
    String path = target.text(HttpSyntax.REQUEST_TARGET);
    if (path != null && expectsProxyHeader) {
      target.fail("no path in a service with proxyProtocol: checks send no such header;"
          + " with a port of their own they may have one");
    }
    Cursor host = keys.optional("host");
    Cursor headers = keys.optional("headers");
    Cursor method = keys.optional("method");
    Cursor status = keys.optional("status");
    Cursor body = keys.optional("body");
    String hostHeader = host.text(HttpSyntax.CHECK_HOST);
    Map<String, String> set = headers(headers);
    String verb = method.text(HttpSyntax.CHECK_METHOD, "GET");
    List<StatusRange> statuses = StatusSyntax.read(status);
    String text = body.text(NameSyntax.NOT_EMPTY);
    if (text != null && verb.equals("HEAD")) {
      body.fail("no body with method HEAD, whose answers have none");
    }
    if (!target.isPresent()) {
      for (Cursor ofRequest : List.of(host, headers, method, status, body)) {
        if (ofRequest.isPresent() && !ofRequest.hasFailed()) {
          ofRequest.fail("a path beside it: without one a check sends no request");
        }
      }
    }
    return path == null ? null : new HealthConfig.Http(path, verb, hostHeader, set, statuses, text);
  }

  private static Map<String, String> headers(Cursor headers) {
    UniqueNames names = new UniqueNames();
    return Collections.unmodifiableMap(headers.map(0, HttpSyntax.EDITED_HEADER, (name, value) -> {
      names.add(value.secret(), name.toLowerCase(Locale.ROOT));
      return value.secret().text(HttpSyntax.HEADER_VALUE, "");
    }));
  }

  private static HealthConfig.@Nullable Passive passive(Cursor passive) {
    HealthConfig.Passive read = passive.object(Keys.PASSIVE, keys -> {
      int failures = keys.optional("failures").integer(5, 1, MOST_IN_A_ROW);
      Set<Fault> on = faults(keys.optional("on"));
      Cursor first = keys.optional("eject");
      Duration eject = first.duration(EJECT, SHORTEST, LONGEST_EJECTION);
      Duration mostDefault = eject.compareTo(MAX_EJECT) > 0 ? eject : MAX_EJECT;
      Cursor most = keys.optional("maxEject");
      Duration maxEject = most.duration(mostDefault, SHORTEST, LONGEST_EJECTION);
      if (maxEject.compareTo(eject) < 0 && !first.hasFailed()) {
        most.fail("at least eject, which is " + DurationSyntax.shown(eject));
      }
      return new HealthConfig.Passive(
          failures, on, eject, maxEject, keys.optional("maxEjected").integer(50, 1, 100));
    });
    return passive.isPresent() ? read : null;
  }

  private static Set<Fault> faults(Cursor on) {
    Set<Fault> read = EnumSet.noneOf(Fault.class);
    read.addAll(on.list(1, fault -> fault.text(FAULT)));
    return on.isPresent() ? Collections.unmodifiableSet(read) : DEFAULT_FAULTS;
  }

  private static Syntax<Fault> fault() {
    Syntax<String> key =
        NameSyntax.oneOf(Arrays.stream(Fault.values()).map(Fault::key).toList());
    return key.then(
        key.expected(),
        text -> Arrays.stream(Fault.values())
            .filter(fault -> fault.key().equals(text))
            .findFirst()
            .orElseThrow());
  }
}
