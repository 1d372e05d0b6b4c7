package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.YamlConfigBuilder;
import dev.lblc.config.AdminConfig;
import dev.lblc.config.ConfigAdvice;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.HttpListenerConfig;
import dev.lblc.plugin.Strategies;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shipped in {@code cluster/}: its files are read as those who use them would, and agree with each other. */
final class ClusterFilesTest {
  private static final Path FOLDER = Path.of("cluster");
  private static final Strategies STRATEGIES = Strategies.ofClassPath();
  private static final Map<String, String> ENVIRONMENT = Map.of("LBLC_ADMIN_TOKEN", "secret");

  @ParameterizedTest
  @ValueSource(strings = {"hazelcast.yaml", "hazelcast-kubernetes.yaml"})
  void hazelcastFile_parsed_joinsInOneWayAndTellsNobody(String name) throws IOException {
    Config config = hazelcast(read(name));

    JoinConfig join = config.getNetworkConfig().getJoin();
    assertThat(join.getAutoDetectionConfig().isEnabled()).isFalse();
    assertThat(join.getMulticastConfig().isEnabled()).isFalse();
    assertThat(join.getTcpIpConfig().isEnabled())
        .isNotEqualTo(join.getKubernetesConfig().isEnabled());
    assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
    assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
  }

  @Test
  void hazelcastFiles_haveTheSameNameAndProperties() throws IOException {
    Config local = hazelcast(read("hazelcast.yaml"));
    Config kubernetes = hazelcast(read("hazelcast-kubernetes.yaml"));

    assertThat(kubernetes.getProperties()).isEqualTo(local.getProperties());
    assertThat(kubernetes.getClusterName()).isEqualTo(local.getClusterName());
    assertThat(kubernetes.getNetworkConfig().getPort())
        .isEqualTo(local.getNetworkConfig().getPort());
  }

  @Test
  void configMap_hasTheShippedFileAndAValidGateway() throws Exception {
    JsonObject data = manifest("ConfigMap", "lblc").getJsonObject("data");

    assertThat(data.getString("hazelcast-kubernetes.yaml"))
        .isEqualTo(read("hazelcast-kubernetes.yaml"));
    GatewayConfig config = inConfigMap();
    assertThat(ConfigAdvice.warnings(config)).isEmpty();
    assertThat(config.plugin().cluster().enabled()).isTrue();
  }

  @Test
  void configMap_isMountedWhereTheGatewayLooks() throws Exception {
    JsonObject container = container();
    String mounted = container.getJsonArray("volumeMounts").stream()
        .map(JsonObject.class::cast)
        .filter(mount -> mount.getString("name").equals("config"))
        .map(mount -> mount.getString("mountPath"))
        .collect(Collectors.joining());
    JsonObject data = manifest("ConfigMap", "lblc").getJsonObject("data");
    String hazelcast =
        new JsonObject(data.getString("gateway.json")).getJsonObject("cluster").getString("config");
    String home = instruction("WORKDIR");

    assertThat(container.getJsonArray("args").getString(0)).isEqualTo("run");
    for (String path : List.of(container.getJsonArray("args").getString(1), hazelcast)) {
      Path file = Path.of(home, path);
      assertThat(file.getParent()).hasToString(mounted);
      assertThat(data.fieldNames()).contains(String.valueOf(file.getFileName()));
    }
  }

  @Test
  void kubernetesPorts_areThoseOfTheGateway() throws Exception {
    GatewayConfig gateway = inConfigMap();
    Config hazelcast = hazelcast(read("hazelcast-kubernetes.yaml"));
    Map<String, Integer> ports = ports(container().getJsonArray("ports"), "containerPort");

    assertThat(ports)
        .isEqualTo(Map.of(
            "web", gateway.httpListeners().get(0).port(),
            "admin", admin(gateway).port(),
            "hazelcast", hazelcast.getNetworkConfig().getPort(),
            "event-bus", gateway.plugin().cluster().eventBus().port()));
    JsonArray members = spec("Service", "lblc-members").getJsonArray("ports");
    assertThat(ports(members, "port"))
        .isEqualTo(Map.of(
            "hazelcast",
            Objects.requireNonNull(ports.get("hazelcast")),
            "event-bus",
            Objects.requireNonNull(ports.get("event-bus"))));
    JsonObject web = spec("Service", "lblc").getJsonArray("ports").getJsonObject(0);
    assertThat(web.getString("targetPort")).isEqualTo("web");
    assertThat(admin(gateway).token()).isEqualTo("secret");
  }

  @Test
  void membersService_isHeadlessAndTheOneThatHazelcastAsksFor() throws Exception {
    JsonObject service = spec("Service", "lblc-members");

    assertThat(hazelcast(read("hazelcast-kubernetes.yaml"))
            .getNetworkConfig()
            .getJoin()
            .getKubernetesConfig()
            .getProperty("service-dns"))
        .isEqualTo("lblc-members");
    assertThat(service.getString("clusterIP")).isEqualTo("None");
    assertThat(service.getBoolean("publishNotReadyAddresses")).isTrue();
    assertThat(spec("StatefulSet", "lblc").getString("serviceName")).isEqualTo("lblc-members");
  }

  @Test
  void selectors_ofAllManifests_areTheLabelsOfThePods() throws Exception {
    JsonObject labels = spec("StatefulSet", "lblc")
        .getJsonObject("template")
        .getJsonObject("metadata")
        .getJsonObject("labels");

    assertThat(List.of(
            spec("Service", "lblc-members").getJsonObject("selector"),
            spec("Service", "lblc").getJsonObject("selector"),
            spec("Service", "lblc-admin").getJsonObject("selector"),
            matched(podMonitor().getJsonObject("selector")),
            matched(spec("StatefulSet", "lblc").getJsonObject("selector")),
            matched(spec("PodDisruptionBudget", "lblc").getJsonObject("selector")),
            matched(spec("NetworkPolicy", "lblc").getJsonObject("podSelector"))))
        .allSatisfy(selector -> assertThat(selector).isEqualTo(labels));
  }

  @Test
  void networkPolicy_admitsToMembersPortsMembersOnly() throws Exception {
    JsonObject labels = matched(spec("NetworkPolicy", "lblc").getJsonObject("podSelector"));
    JsonArray rules = spec("NetworkPolicy", "lblc").getJsonArray("ingress");

    Map<String, JsonArray> from = new TreeMap<>();
    for (Object rule : rules) {
      for (Object port : ((JsonObject) rule).getJsonArray("ports")) {
        JsonArray sources = ((JsonObject) rule).getJsonArray("from", new JsonArray());
        assertThat(from.put(((JsonObject) port).getString("port"), sources)).isNull();
      }
    }

    assertThat(from).containsOnlyKeys("web", "admin", "hazelcast", "event-bus");
    assertThat(from.get("web")).isEmpty();
    for (String port : List.of("hazelcast", "event-bus")) {
      assertThat(from.get(port))
          .as(port)
          .containsExactly(
              new JsonObject().put("podSelector", new JsonObject().put("matchLabels", labels)));
    }
  }

  @Test
  void pod_hasTimeToDrainAndIsAskedForItsHealth() throws Exception {
    JsonObject pod = pod();
    JsonArray sleep = container()
        .getJsonObject("lifecycle")
        .getJsonObject("preStop")
        .getJsonObject("exec")
        .getJsonArray("command");

    assertThat(sleep.getString(0)).isEqualTo("sleep");
    assertThat(pod.getInteger("terminationGracePeriodSeconds"))
        .as("seconds before SIGTERM and 15 that the gateway takes at most")
        .isGreaterThanOrEqualTo(Integer.parseInt(sleep.getString(1)) + 15);
    for (String probe : List.of("readiness", "liveness", "startup")) {
      assertThat(container().getJsonObject(probe + "Probe").getJsonObject("httpGet"))
          .isEqualTo(new JsonObject()
              .put("path", probe.equals("readiness") ? "/health/ready" : "/health/live")
              .put("port", "admin"));
    }
  }

  /** Hazelcast gives up to join after 300 s unless {@code hazelcast.max.join.seconds} says otherwise. */
  @Test
  void startupProbe_waitsLongerThanTheLongestJoin() throws Exception {
    JsonObject probe = container().getJsonObject("startupProbe");

    assertThat(probe.getInteger("failureThreshold") * probe.getInteger("periodSeconds"))
        .isGreaterThan(300 + 20);
    assertThat(hazelcast(read("hazelcast-kubernetes.yaml")).getProperties())
        .doesNotContainKey("hazelcast.max.join.seconds");
  }

  @Test
  void podMonitor_asksTheAdminPortWithItsToken() throws Exception {
    JsonObject endpoint = podMonitor().getJsonArray("podMetricsEndpoints").getJsonObject(0);
    JsonObject secret = container()
        .getJsonArray("env")
        .getJsonObject(0)
        .getJsonObject("valueFrom")
        .getJsonObject("secretKeyRef");

    assertThat(endpoint.getString("port")).isEqualTo("admin");
    assertThat(endpoint.getString("path")).isEqualTo("/metrics");
    assertThat(endpoint.getJsonObject("authorization").getJsonObject("credentials"))
        .isEqualTo(secret);
  }

  @Test
  void compose_hasAValidGatewayAndItsServers() throws Exception {
    JsonObject services = compose().getJsonObject("services");
    GatewayConfig config = gateway(read("compose.json"));

    assertThat(ConfigAdvice.warnings(config)).isEmpty();
    config.plugin().services().values().iterator().next().servers().forEach(server -> {
      JsonObject upstream = services.getJsonObject(server.host());
      assertThat(upstream.getJsonArray("command")).containsExactly(server.id());
    });
    int web = config.httpListeners().get(0).port();
    int admin = admin(config).port();
    for (int i = 1; i <= 3; i++) {
      assertThat(services.getJsonObject("gateway-" + i).getJsonArray("ports"))
          .containsExactly("127.0.0.1:808" + i + ":" + web, "127.0.0.1:991" + i + ":" + admin);
    }
    assertThat(compose()
            .getJsonObject("x-gateway")
            .getJsonObject("networks")
            .getJsonObject("default")
            .getJsonArray("aliases"))
        .containsExactly("lblc-members");
  }

  @Test
  void dockerfile_copiesWhatThereIsAndStartsIt() throws Exception {
    List<String> copied = Arrays.stream(instruction("COPY").split("\\s+"))
        .filter(path -> !path.endsWith("/"))
        .toList();
    String fatJar =
        group("<outputFile>\\$\\{project.build.directory}/(.*)</outputFile>", "pom.xml");

    assertThat(copied).contains("target/" + fatJar, "conf/jvm.options");
    assertThat(copied)
        .filteredOn(path -> !path.startsWith("target/"))
        .allSatisfy(path -> assertThat(Path.of(path)).isRegularFile());
    assertThat(new JsonArray(instruction("ENTRYPOINT")))
        .containsExactly("java", "@conf/jvm.options", "-jar", fatJar);
    assertThat(compose().getJsonObject("x-upstream").getJsonArray("entrypoint"))
        .contains(fatJar, "upstreams");
  }

  @Test
  void dockerfile_agreesWithTheOthers() throws Exception {
    GatewayConfig config = gateway(read("compose.json"));
    Set<String> exposed = Set.of(instruction("EXPOSE").split(" "));
    String version =
        group("<artifactId>vertx-lblc</artifactId>\\s*<version>(.*)</version>", "pom.xml");

    assertThat(exposed)
        .containsExactlyInAnyOrderElementsOf(
            ports(container().getJsonArray("ports"), "containerPort").values().stream()
                .map(String::valueOf)
                .toList())
        .contains(String.valueOf(config.httpListeners().stream()
            .map(HttpListenerConfig::port)
            .findFirst()
            .orElseThrow()));
    assertThat(instruction("HEALTHCHECK"))
        .contains("/dev/tcp/127.0.0.1/" + admin(config).port() + " ", " /health/ready ");
    assertThat(instruction("USER"))
        .isEqualTo(pod().getJsonObject("securityContext").getInteger("runAsUser") + ":"
            + pod().getJsonObject("securityContext").getInteger("runAsGroup"));
    assertThat(container().getString("image")).isEqualTo("vertx-lblc:" + version);
    assertThat(compose().getJsonObject("x-lblc").getString("image"))
        .isEqualTo("vertx-lblc:" + version);
    assertThat(read("Dockerfile")).contains("-t vertx-lblc:" + version);
  }

  private static String read(String name) throws IOException {
    return Files.readString(FOLDER.resolve(name));
  }

  private static Config hazelcast(String yaml) {
    return new YamlConfigBuilder(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
        .build();
  }

  private static GatewayConfig gateway(String json) throws Exception {
    return ConfigReader.readText("gateway.json", json, STRATEGIES, ENVIRONMENT);
  }

  /** The gateway of the ConfigMap; Hazelcast's file is taken from the project. */
  private static GatewayConfig inConfigMap() throws Exception {
    String json = manifest("ConfigMap", "lblc").getJsonObject("data").getString("gateway.json");
    return gateway(json.replace("\"config/hazelcast", "\"cluster/hazelcast"));
  }

  private static AdminConfig admin(GatewayConfig config) {
    return Objects.requireNonNull(config.admin());
  }

  private static JsonObject compose() throws IOException {
    return Yaml.documents(read("compose.yaml")).get(0);
  }

  private static JsonObject manifest(String kind, String name) throws IOException {
    return Yaml.documents(read("kubernetes.yaml")).stream()
        .filter(document -> document.getString("kind").equals(kind)
            && document.getJsonObject("metadata").getString("name").equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static JsonObject spec(String kind, String name) throws IOException {
    return manifest(kind, name).getJsonObject("spec");
  }

  private static JsonObject podMonitor() throws IOException {
    return Yaml.documents(read("kubernetes-metrics.yaml")).get(0).getJsonObject("spec");
  }

  private static JsonObject pod() throws IOException {
    return spec("StatefulSet", "lblc").getJsonObject("template").getJsonObject("spec");
  }

  private static JsonObject container() throws IOException {
    return pod().getJsonArray("containers").getJsonObject(0);
  }

  private static JsonObject matched(JsonObject selector) {
    return selector.getJsonObject("matchLabels");
  }

  private static Map<String, Integer> ports(JsonArray ports, String key) {
    return ports.stream()
        .map(JsonObject.class::cast)
        .collect(Collectors.toMap(port -> port.getString("name"), port -> port.getInteger(key)));
  }

  /** The arguments of an instruction of the Dockerfile, of all of them where there are several. */
  private static String instruction(String name) throws IOException {
    return Pattern.compile("^" + name + " (.*)$", Pattern.MULTILINE)
        .matcher(read("Dockerfile").replace("\\\n", ""))
        .results()
        .map(result -> result.group(1))
        .collect(Collectors.joining(" "));
  }

  private static String group(String regex, String file) throws IOException {
    return Pattern.compile(regex)
        .matcher(Files.readString(Path.of(file)))
        .results()
        .map((MatchResult result) -> result.group(1))
        .findFirst()
        .orElseThrow();
  }
}
