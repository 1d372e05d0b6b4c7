package dev.lblc.boot;

import dev.lblc.config.Authority;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.config.TcpListenerConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The addresses of listeners, as messages and the ready line show them. */
final class ListenerUrls {
  private ListenerUrls() {}

  /** Returns the configured addresses, which name the listeners if one of them cannot be bound. */
  static String configured(GatewayConfig config) {
    return Stream.concat(
            config.listeners().stream()
                .map(listener ->
                    listener.name() + " " + Authority.of(listener.host(), listener.port())),
            config.tcpListeners().stream()
                .map(listener -> listener.name() + " "
                    + Authority.of(listener.host(), listener.ports().get(0))
                    + others(listener.ports().size())))
        .collect(Collectors.joining(", ", "listening on ", ""));
  }

  /**
   * Returns the URL of each listener, by its name.
   *
   * @param port returns the bound port of a listener; of several, the first
   */
  static Map<String, String> of(GatewayConfig config, ToIntFunction<String> port) {
    Map<String, String> urls = new LinkedHashMap<>();
    for (ListenerConfig listener : config.listeners()) {
      String scheme = listener.tls() == null ? "http" : "https";
      int bound = port.applyAsInt(listener.name());
      urls.put(listener.name(), scheme + "://" + Authority.of(listener.host(), bound));
    }
    for (TcpListenerConfig listener : config.tcpListeners()) {
      String scheme = listener.tls() == null ? "tcp" : "tls";
      int bound = port.applyAsInt(listener.name());
      urls.put(
          listener.name(),
          scheme + "://" + Authority.of(listener.host(), bound)
              + others(listener.ports().size()));
    }
    return Collections.unmodifiableMap(urls);
  }

  /** Returns the line that scripts wait for. */
  static String readyLine(Map<String, String> urls, @Nullable String admin) {
    String line = urls.entrySet().stream()
        .map(listener -> listener.getKey() + " " + listener.getValue())
        .collect(Collectors.joining(", ", "ready: ", ""));
    return admin == null ? line : line + ", admin " + admin;
  }

  private static String others(int ports) {
    return ports == 1 ? "" : " and " + (ports - 1) + " more";
  }
}
