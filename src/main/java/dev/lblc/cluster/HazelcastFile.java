package dev.lblc.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.YamlConfigBuilder;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.internal.yaml.YamlLoader;
import com.hazelcast.internal.yaml.YamlMapping;
import com.hazelcast.internal.yaml.YamlNameNodePair;
import com.hazelcast.internal.yaml.YamlNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A YAML file of Hazelcast with the configuration of a member. Reading it blocks.
 *
 * <p>Hazelcast takes a file without {@code hazelcast} at its top for a member's configuration without that key, and passes over what
 * it does not know: of a client's file it would take nothing, and start a member of cluster {@code dev} on all addresses.
 */
public final class HazelcastFile {
  private static final String ROOT = "hazelcast";

  private HazelcastFile() {}

  /**
   * Checks a file.
   *
   * @throws IOException if the file cannot be read
   * @throws RuntimeException of various kinds, if it is not the configuration of a member; the message says why
   */
  public static void check(Path file) throws IOException {
    Config unused = read(Files.readAllBytes(file));
  }

  /** Returns the configuration in a text; throws as {@link #check} does. */
  static Config read(byte[] text) throws IOException {
    List<String> top = new ArrayList<>();
    YamlNode root = YamlLoader.load(new ByteArrayInputStream(text));
    if (root instanceof YamlMapping mapping) {
      for (YamlNameNodePair member : mapping.childrenPairs()) {
        top.add(member.nodeName());
      }
    }
    if (!top.contains(ROOT)) {
      throw new HazelcastException("no configuration of a member: "
          + (top.isEmpty() ? "no keys" : "the keys at its top are " + String.join(", ", top))
          + " (expected: " + ROOT + ")");
    }
    return new YamlConfigBuilder(new ByteArrayInputStream(text)).build();
  }
}
