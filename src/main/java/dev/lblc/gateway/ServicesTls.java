package dev.lblc.gateway;

import dev.lblc.config.ServerHttp;
import dev.lblc.config.ServiceConfig;
import dev.lblc.config.UpstreamTlsConfig;
import dev.lblc.gateway.net.UpstreamTlsFailures;
import dev.lblc.tls.UpstreamTls;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** The TLS to the servers of all services that have it. Used by one thread at a time, but for {@link #failures}. */
final class ServicesTls {
  private final UpstreamTlsFailures failures;
  private volatile Map<String, UpstreamTls> used = Map.of();

  /** Creates it without services; {@code nanoTime} is a monotonic clock in nanoseconds. */
  ServicesTls(LongSupplier nanoTime) {
    failures = new UpstreamTlsFailures(nanoTime);
  }

  /**
   * Reads the files of these services. Waits for them. A service whose TLS is as before keeps that of before, which knows the sessions
   * of its servers.
   *
   * @return by the name of the service
   * @throws IllegalArgumentException if files cannot be used; the message names the service
   */
  Map<String, UpstreamTls> read(Map<String, ServiceConfig> services) {
    Map<String, UpstreamTls> read = new LinkedHashMap<>();
    services.forEach((name, service) -> {
      UpstreamTlsConfig config = service.tls();
      if (config != null) {
        UpstreamTls known = used.get(name);
        read.put(
            name, UpstreamTls.read(service, config, protocols(service), failures.of(name), known));
      }
    });
    return read;
  }

  /** Returns what servers are asked for by ALPN. Those of HTTP/1.1 need not be asked. */
  private static List<String> protocols(ServiceConfig service) {
    return service.http() == ServerHttp.HTTP_2
        ? List.of(ApplicationProtocolNames.HTTP_2)
        : List.of();
  }

  /** Notes what is in use from now on, and returns the services that had another TLS before. */
  List<String> use(Map<String, UpstreamTls> next) {
    Map<String, UpstreamTls> before = used;
    used = next;
    return next.entrySet().stream()
        .filter(service -> before.containsKey(service.getKey())
            && !service.getValue().equals(before.get(service.getKey())))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Returns the count of each pair of a service's name and a reason. */
  Map<List<String>, Long> failures() {
    return failures.counts();
  }
}
