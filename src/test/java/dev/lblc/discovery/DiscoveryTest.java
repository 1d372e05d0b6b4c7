package dev.lblc.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.DiscoveryConfig;
import dev.lblc.config.DiscoveryConfig.Records;
import dev.lblc.discovery.Resolver.Family;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.testing.ExpectedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DiscoveryTest {
  private static final String NAME = "models.test";

  private final ManualNames server = new ManualNames();
  private final List<List<ServerSpec>> told = new ArrayList<>();

  @Test
  void addresses_areServers_inOneOrder_toldOnce() {
    server.answer(NAME, 1, "10.0.0.2", "10.0.0.1");
    Discovery discovery = start(Records.A);
    assertThat(discovery.answered().isComplete()).isFalse();
    server.run();
    assertThat(discovery.answered().isComplete()).isTrue();
    server.answer(NAME, 1, "10.0.0.1", "10.0.0.2");
    server.advance(Duration.ofSeconds(30));
    assertThat(told)
        .containsExactly(List.of(
            new ServerSpec("10.0.0.1:8000", "10.0.0.1", 8000, 64, 0, 0),
            new ServerSpec("10.0.0.2:8000", "10.0.0.2", 8000, 64, 0, 0)));
    discovery.close();
    server.answer(NAME, 1, "10.0.0.3");
    server.advance(Duration.ofHours(1));
    assertThat(told).hasSize(1);
    assertThat(server.users()).isZero();
  }

  @Test
  void refresh_isTheFloorOfTheTimeToLive() {
    server.answer(NAME, 1, "10.0.0.1");
    start(Records.A);
    server.run();
    server.takeAsked();
    server.answer(NAME, 12, "10.0.0.1");
    server.advance(Duration.ofMillis(4_999));
    assertThat(server.takeAsked()).isEmpty();
    server.advance(Duration.ofMillis(1));
    assertThat(server.takeAsked()).hasSize(1);
    server.advance(Duration.ofMillis(11_999));
    assertThat(server.takeAsked()).isEmpty();
    server.advance(Duration.ofMillis(1));
    assertThat(server.takeAsked()).hasSize(1);
  }

  @Test
  @ExpectedLog(
      "service s: discovery of models.test: no such name; what was known goes on serving: 10.0.0.1:8000, .* and 2 more$")
  void failure_namesWhatIsKnown_asFarAsALineGoes() {
    server.answer(
        NAME, 1, IntStream.rangeClosed(1, 12).mapToObj(i -> "10.0.0." + i).toArray(String[]::new));
    start(Records.A);
    server.run();
    server.answer(NAME, Family.IPV4, Answer.none("no such name"));
    server.advance(Duration.ofSeconds(30));
    assertThat(told).hasSize(1);
  }

  @Test
  void families_areThoseAskedFor() {
    server.answer(NAME, 1, "10.0.0.1");
    server.answer(NAME, Family.IPV6, Answer.of(List.of(ManualNames.ip("fd00::1")), 1));
    start(Records.AAAA);
    start(Records.BOTH);
    server.run();
    String six = "[fd00::1]:8000";
    assertThat(ids()).containsExactlyInAnyOrder(List.of(six), List.of("10.0.0.1:8000", six));
  }

  @Test
  @ExpectedLog("service s: discovery of models.test: no such name; nothing is known yet")
  void nothingKnown_isAskedForEachSecond_andNotTold() {
    Discovery discovery = start(Records.A);
    server.advance(Duration.ofSeconds(3));
    assertThat(discovery.answered().isComplete()).isTrue();
    assertThat(server.takeAsked()).hasSize(4);
    assertThat(told).isEmpty();
  }

  @Test
  void srv_hasTheTargetsOfTheLowestPriority_withTheirShareOfTheWeight() {
    server.targets(
        NAME,
        Answer.of(
            List.of(
                new Target(10, 30, 81, "a.test"),
                new Target(10, 10, 82, "b.test"),
                new Target(10, 0, 83, "c.test"),
                new Target(20, 99, 84, "spare.test")),
            1));
    server.answer("a.test", 1, "10.0.0.1", "10.0.0.2");
    server.answer("b.test", 1, "10.0.0.1");
    server.answer("c.test", 1, "10.0.0.3");
    server.answer("spare.test", 1, "10.0.0.4");
    start(Records.SRV);
    server.run();
    assertThat(told)
        .containsExactly(List.of(
            new ServerSpec("10.0.0.1:81", "10.0.0.1", 81, 64, 0, 0),
            new ServerSpec("10.0.0.1:82", "10.0.0.1", 82, 21, 0, 0),
            new ServerSpec("10.0.0.2:81", "10.0.0.2", 81, 64, 0, 0),
            new ServerSpec("10.0.0.3:83", "10.0.0.3", 83, 1, 0, 0)));
    assertThat(server.takeAsked()).doesNotContain("spare.test IPV4");
  }

  @Test
  void srv_withoutWeights_hasTheConfiguredOne() {
    server.targets(NAME, Answer.of(List.of(new Target(0, 0, 81, "a.test")), 1));
    server.answer("a.test", 1, "10.0.0.1");
    start(Records.SRV);
    server.run();
    assertThat(told.get(0)).extracting(ServerSpec::weight).containsExactly(64);
  }

  @Test
  @ExpectedLog("service s: discovery of models.test: no answer in time; what was known")
  void srv_targetThatIsNotAnswered_keepsItsAddresses() {
    server.targets(
        NAME,
        Answer.of(List.of(new Target(0, 1, 81, "a.test"), new Target(0, 1, 81, "b.test")), 1));
    server.answer("a.test", 1, "10.0.0.1");
    server.answer("b.test", 1, "10.0.0.2");
    start(Records.SRV);
    server.run();
    server.answer("a.test", Family.IPV4, Answer.failed("no answer in time"));
    server.answer("b.test", 1, "10.0.0.3");
    server.advance(Duration.ofSeconds(5));
    server.targets(NAME, Answer.failed("no answer in time"));
    server.advance(Duration.ofSeconds(5));
    assertThat(ids())
        .containsExactly(
            List.of("10.0.0.1:81", "10.0.0.2:81"), List.of("10.0.0.1:81", "10.0.0.3:81"));
  }

  private Discovery start(Records records) {
    int port = records == Records.SRV ? 0 : 8000;
    return Discovery.start(
        server,
        "s",
        new DiscoveryConfig(NAME, port, records, Duration.ofSeconds(5), 64, 0),
        told::add);
  }

  private List<List<String>> ids() {
    return told.stream().map(list -> list.stream().map(ServerSpec::id).toList()).toList();
  }
}
