package dev.lblc.config;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The digest of what a gateway configuration means: two nodes with the same digest have the same configuration, but for
 * secrets.
 *
 * <p>It is the SHA-256 of the effective configuration as JSON, without white space and with the keys of each object in
 * order, so that neither the order of keys nor comments, defaults or variables of the environment count. The admin token
 * and the values of headers that routes set are left out: a digest is shown to people, who could try out what a short
 * secret is. Of files, the names count.
 */
public final class ConfigDigest {
  private ConfigDigest() {}

  /** Returns the digest, 64 hexadecimal digits. */
  public static String of(GatewayConfig config) {
    return sha256(canonical(config));
  }

  /** Returns what is digested. */
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
