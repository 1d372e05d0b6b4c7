package dev.lblc.boot;

import dev.lblc.config.Authority;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.HttpListenerConfig;
import dev.lblc.config.ListenerConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The addresses of listeners, as messages and the ready line show them. */
final class ListenerUrls {
  private ListenerUrls() {}

  /** Returns the configured addresses, which name the listeners if one of them cannot be bound. */
  static String configured(GatewayConfig config) {
    return config.listeners().stream()
        .map(listener -> listener.name() + " "
            + Authority.of(listener.host(), listener.ports().get(0))
            + others(listener.ports().size()))
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
      int bound = port.applyAsInt(listener.name());
      urls.put(
          listener.name(),
          scheme(listener) + "://" + Authority.of(listener.host(), bound)
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

  private static String scheme(ListenerConfig listener) {
    boolean isTls = listener.tls() != null;
    return listener instanceof HttpListenerConfig
        ? isTls ? "https" : "http"
        : isTls ? "tls" : "tcp";
  }
}
