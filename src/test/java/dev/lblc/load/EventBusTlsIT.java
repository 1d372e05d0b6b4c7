package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose event bus asks for certificates: of one authority they hear each other, of two they do not. */
final class EventBusTlsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Pattern ADMIN = Pattern.compile("admin (http://\\S+)");

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  @Test
  void nodeOfAnotherAuthority_amongTwoOfOne_isAMemberAndNotHeard() throws Exception {
    Certificates ours = Certificates.in(folder.resolve("ours"));
    Certificates foreign = Certificates.in(folder.resolve("foreign"));
    List<Integer> ports = Ports.free(2);
    Path cluster = hazelcast(ports.get(0));
    int eventBus = ports.get(1);
    try (JavaProcess first = gateway("first", cluster, eventBus, ours);
        JavaProcess second = gateway("second", cluster, 0, ours)) {
      first.awaitReady();
      second.awaitReady();
      Eventually.holds(
          "the two hear each other", PATIENCE, () -> heard(first) == 2 && heard(second) == 2);
      assertThatThrownBy(() -> firstByteWithoutCertificate(eventBus, ours.trust()))
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("fatal alert");

      try (JavaProcess third = gateway("third", cluster, 0, foreign)) {
        third.awaitReady();
        Eventually.holds(
            "it is a member",
            PATIENCE,
            () -> nodes(first).size() == 3 && nodes(third).size() == 3);
        Eventually.holds(
            "all miss whom they do not hear",
            PATIENCE,
            () -> degraded(first) == 1 && degraded(second) == 1 && degraded(third) == 2);
        assertThat(heard(first)).isEqualTo(2);
        assertThat(heard(second)).isEqualTo(2);
        assertThat(heard(third)).as("itself").isEqualTo(1);
      }
    }
  }

  private JavaProcess gateway(
      String name, Path cluster, int eventBusPort, Certificates certificates) throws Exception {
    JsonObject tls = new JsonObject()
        .put("certificate", certificates.certificate().toString())
        .put("key", certificates.key().toString())
        .put("trust", certificates.trust().toString());
    JsonObject config = new JsonObject()
        .put("listeners", new JsonArray().add(ConfigJson.listener("127.0.0.1", 0)))
        .put("routes", new JsonArray())
        .put(
            "services",
            new JsonObject()
                .put("s", new JsonObject().put("strategy", "lblc").put("servers", new JsonArray())))
        .put(
            "cluster",
            new JsonObject()
                .put("enabled", true)
                .put("config", cluster.toString())
                .put("eventBus", new JsonObject().put("port", eventBusPort).put("tls", tls)))
        .put("admin", new JsonObject().put("port", 0));
    Path file = Files.writeString(folder.resolve(name + ".json"), config.encodePrettily());
    return JavaProcess.launchJar("ready: ", "run", file.toString());
  }

  private Path hazelcast(int port) throws IOException {
    String yaml = Files.readString(Path.of("cluster", "hazelcast.yaml"))
        .replace("cluster-name: lblc", "cluster-name: " + folder.getFileName())
        .replace("port: 5701", "port: " + port);
    return Files.writeString(folder.resolve("hazelcast.yaml"), yaml);
  }

  /** Reads from the port as a client that trusts it, and has nothing to show. */
  private static int firstByteWithoutCertificate(int port, Path trusted) throws Exception {
    KeyStore authorities = KeyStore.getInstance("PKCS12");
    authorities.load(null, null);
    try (InputStream file = Files.newInputStream(trusted)) {
      authorities.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(authorities);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    try (Socket socket = tls.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout(10_000);
      return socket.getInputStream().read();
    }
  }

  /** How many nodes it has a report of, itself included. */
  private long heard(JavaProcess node) throws Exception {
    return nodes(node).stream()
        .filter(other -> other.getLong("reportAgeMillis") >= 0)
        .count();
  }

  /** How many nodes it says that it does not hear. */
  private int degraded(JavaProcess node) throws Exception {
    return cluster(node).getJsonArray("degraded").size();
  }

  private List<JsonObject> nodes(JavaProcess node) throws Exception {
    List<JsonObject> nodes = new ArrayList<>();
    cluster(node).getJsonArray("nodes").forEach(other -> nodes.add((JsonObject) other));
    return nodes;
  }

  private JsonObject cluster(JavaProcess node) throws Exception {
    Matcher admin = ADMIN.matcher(String.join("\n", node.lines()));
    assertThat(admin.find()).isTrue();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(admin.group(1) + "/api/v1/cluster")).build();
    return new JsonObject(http.send(request, BodyHandlers.ofString()).body());
  }
}
