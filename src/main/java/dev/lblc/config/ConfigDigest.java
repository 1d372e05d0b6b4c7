package dev.lblc.config;

import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The digest of an effective gateway configuration: two nodes with the same digest have the same configuration, except for
 * secrets.
 *
 * <p>It is the SHA-256 of the effective configuration as JSON, without white space and with the keys of each object in
 * order. So the order of keys, comments, and whether a default or variable is written out make no difference. The admin token
 * and the values of headers that routes set are left out: people see digests and could guess a short secret from one. Files
 * count by name, not by content.
 */
public final class ConfigDigest {
  private ConfigDigest() {}

  /** Returns the digest, 64 hexadecimal digits. */
  public static String of(GatewayConfig config) {
    return sha256(canonical(config));
  }

  /**
   * Returns digests of the parts of each service, by its name: {@code strategy}, {@code options}, {@code servers} (their ids),
   * {@code addresses}, {@code limits} (weights and thresholds) and {@code other}. The order of servers makes no difference.
   */
  public static Map<String, Map<String, Integer>> ofServices(Map<String, ServiceConfig> services) {
    Map<String, Map<String, Integer>> digests = new TreeMap<>();
    services.forEach((name, service) -> digests.put(name, ofService(service)));
    return Collections.unmodifiableMap(digests);
  }

  private static Map<String, Integer> ofService(ServiceConfig service) {
    Map<String, Object> rest = new LinkedHashMap<>(EffectiveService.of(service));
    List<ServerSpec> servers =
        service.servers().stream().sorted(Comparator.comparing(ServerSpec::id)).toList();
    Map<String, Integer> parts = new TreeMap<>();
    parts.put("strategy", digest(rest.remove("strategy")));
    parts.put("options", digest(rest.remove("options")));
    parts.put("servers", digest(servers.stream().map(ServerSpec::id).toList()));
    parts.put(
        "addresses",
        digest(servers.stream()
            .map(server -> List.of(server.id(), server.host(), server.port()))
            .toList()));
    parts.put("limits", digest(servers.stream().map(ConfigDigest::limits).toList()));
    rest.remove("servers");
    parts.put("other", digest(rest));
    return Collections.unmodifiableMap(parts);
  }

  /** Without a {@code max} the same as of releases that have none. */
  private static List<Object> limits(ServerSpec server) {
    List<Object> limits =
        new ArrayList<>(List.of(server.id(), server.weight(), server.upper(), server.lower()));
    if (server.max() != 0) {
      limits.add(server.max());
    }
    return limits;
  }

  /** Returns the first 32 bits of a digest: enough to see a difference. */
  private static int digest(@Nullable Object node) {
    JsonObject wrapped =
        new JsonObject(Map.of("value", node == null ? "" : String.valueOf(sorted(node))));
    return Integer.parseUnsignedInt(sha256(wrapped.encode()).substring(0, 8), 16);
  }

  /** Returns the JSON text that is digested. */
  static String canonical(GatewayConfig config) {
    Map<String, Object> sorted = new TreeMap<>();
    EffectiveConfig.of(config).forEach((key, node) -> sorted.put(key, sorted(node)));
    return new JsonObject(sorted).encode();
  }

  private static Object sorted(Object node) {
    if (node instanceof Map<?, ?> object) {
      Map<String, Object> sorted = new TreeMap<>();
      object.forEach((key, value) -> sorted.put(key.toString(), sorted(value)));
      return sorted;
    }
    if (node instanceof List<?> list) {
      return list.stream().map(ConfigDigest::sorted).toList();
    }
    return node instanceof EffectiveConfig.Secret ? node.toString() : node;
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
