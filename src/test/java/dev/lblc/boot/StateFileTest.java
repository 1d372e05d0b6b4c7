package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.ConfigReader;
import dev.lblc.plugin.DestinationStatus;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.ServicesVerticle;
import dev.lblc.plugin.Strategies;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that outlast a restart. Services are made anew for a "restart", in one Vert.x instance. */
class StateFileTest {
  private static final long NOON = 1_800_000_000_000L;
  private static final long AN_HOUR = Duration.ofHours(1).toMillis();
  private static final int MANY = 2_500;
  private static final String SERVICES = """
      {"services": {
        "one": {"strategy": "lblc", "options": {"expiration": "2h"}, "servers": [
          {"id": "a", "host": "10.0.0.1", "port": 80}, {"id": "b", "host": "10.0.0.2", "port": 80},
          {"id": "c", "host": "10.0.0.3", "port": 80}]},
        "set": {"strategy": "lblcr", "servers": [
          {"id": "a", "host": "10.0.0.1", "port": 80}, {"id": "b", "host": "10.0.0.2", "port": 80}]},
        "none": {"strategy": "wlc", "servers": []}}}
      """;

  @TempDir
  private Path directory;

  private Vertx vertx;
  private Path file;
  private ServicesVerticle verticle;
  private String deployment;

  @BeforeEach
  void start() throws Exception {
    vertx = Vertx.vertx();
    file = directory.resolve("lblc.state");
    deploy(SERVICES);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  private void deploy(String services) throws Exception {
    verticle = new ServicesVerticle(
        ConfigReader.readPlugin(new JsonObject(services), Strategies.ofClassPath(), Map.of()),
        Strategies.ofClassPath());
    deployment = vertx.deployVerticle(verticle).await(10, SECONDS);
  }

  private void restart(String services) throws Exception {
    vertx.undeploy(deployment).await(10, SECONDS);
    deploy(services);
  }

  private LblcService service(String name) {
    return Lblc.of(vertx).service(name);
  }

  private StateKeeper keeper(long epochMillis) {
    return new StateKeeper(file, Lblc.of(vertx), () -> epochMillis);
  }

  private void place(String service, int count) {
    for (int i = 0; i < count; i++) {
      service(service).acquire("d" + i + "\u00e9", Set.of()).close();
    }
  }

  private Map<String, List<String>> homes(String service) {
    Map<String, List<String>> homes = new LinkedHashMap<>();
    service(service)
        .destinations(10_000, null)
        .forEach(entry -> homes.put(entry.destination(), entry.homes()));
    return homes;
  }

  @Test
  void tables_afterARestart_areTheSame() throws Exception {
    place("one", MANY);
    place("set", 7);
    Map<String, List<String>> one = homes("one");
    Map<String, List<String>> set = homes("set");
    assertThat(one).hasSize(MANY);
    keeper(NOON).stop();
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    restart(SERVICES);
    assertThat(homes("one")).isEmpty();
    keeper(NOON + AN_HOUR).restore(verticle);
    assertThat(homes("one")).isEqualTo(one);
    assertThat(homes("set")).isEqualTo(set);
    assertThat(service("one").destinations(1, null).get(0).idleMillis())
        .isBetween(AN_HOUR, AN_HOUR + Duration.ofMinutes(10).toMillis());
    assertThat(directory.toFile().list()).containsExactly("lblc.state");
  }

  @Test
  void entries_thatHaveExpiredMeanwhile_areLeftOut() throws Exception {
    place("one", 3);
    place("set", 3);
    keeper(NOON).stop();
    restart(SERVICES);
    keeper(NOON + 3 * AN_HOUR).restore(verticle);
    assertThat(homes("one")).isEmpty();
    assertThat(homes("set")).hasSize(3);
  }

  @Test
  void homes_thatAreGoneOrElsewhere_areDropped() throws Exception {
    place("one", 30);
    Map<String, List<String>> before = homes("one");
    keeper(NOON).stop();
    restart(SERVICES
        .replaceFirst(
            "\\{\"id\": \"b\", \"host\": \"10.0.0.2\", \"port\": 80},\n",
            "{\"id\": \"b\", \"host\": \"10.0.0.2\", \"port\": 81},\n")
        .replaceFirst(",?\\s*\\{\"id\": \"c\"[^}]*}", ""));
    keeper(NOON).restore(verticle);
    before.values().removeIf(homes -> !homes.equals(List.of("a")));
    assertThat(homes("one")).isEqualTo(before).isNotEmpty();
  }

  @Test
  void service_ofAnotherStrategy_startsEmpty() throws Exception {
    place("set", 3);
    keeper(NOON).stop();
    restart(SERVICES.replace("\"lblcr\"", "\"lblc\""));
    keeper(NOON).restore(verticle);
    assertThat(homes("set")).isEmpty();
  }

  @Test
  void file_cutOrWithAnyOctetChanged_isRefusedAsAWhole() throws Exception {
    place("one", 3);
    StateFile.write(file, Lblc.of(vertx).services(), NOON);
    byte[] whole = Files.readAllBytes(file);
    List<DestinationStatus> read = new ArrayList<>();
    StateFile.read(file, NOON, (service, entries) -> read.addAll(entries));
    assertThat(read).hasSize(3);
    read.clear();
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 0x10;
      Files.write(file, changed);
      assertRefused(read);
      Files.write(file, Arrays.copyOf(whole, i));
      assertRefused(read);
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    assertRefused(read);
  }

  private void assertRefused(List<DestinationStatus> read) {
    assertThatThrownBy(() -> StateFile.read(file, NOON, (service, entries) -> read.addAll(entries)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("it ");
    assertThat(read).isEmpty();
  }

  @Test
  @ExpectedLog(
      "WARN StateKeeper: state .*lblc.state is ignored, the tables are empty: it has version 2 .expected: 1.$")
  void file_ofAnotherVersion_isNamedInTheLogWithTheReason() throws Exception {
    StateFile.write(file, Lblc.of(vertx).services(), NOON);
    byte[] other = Files.readAllBytes(file);
    other["lblcstat".length() + 3] = 2;
    Files.write(file, other);
    keeper(NOON).restore(verticle);
    assertThat(homes("one")).isEmpty();
  }

  @Test
  @ExpectedLog(
      "WARN StateKeeper: state .*absent.lblc.state could not be written, it stays as it was: .*absent")
  void file_inAFolderThatIsNotThere_isWarnedOfAndNothingElse() {
    file = directory.resolve("absent").resolve("lblc.state");
    keeper(NOON).stop();
    assertThat(file).doesNotExist();
  }
}
