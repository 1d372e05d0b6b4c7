package dev.lblc.config;

import org.jspecify.annotations.Nullable;

/**
 * Where the admin API listens.
 *
 * @param host address to bind; loopback only where {@code token} is null
 * @param port TCP port; 0 takes a free one
 * @param token bearer token for everything but health; null: no authentication
 */
public record AdminConfig(String host, int port, @Nullable String token) {
  @Override
  public String toString() {
    return "AdminConfig[host=" + host + ", port=" + port + ", token="
        + (token == null ? "none" : "***") + "]";
  }
}
