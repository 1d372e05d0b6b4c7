package dev.lblc.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.discovery.Resolver.Family;
import dev.lblc.testing.ExpectedLog;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NamesTest {
  private static final String APP = "app.test";

  private final ManualNames server = new ManualNames();
  private final Names names = new Names(server);

  @Test
  void address_isNeverAskedFor() {
    names.watch("10.0.0.1").run();
    names.watch("::1");
    names.watch("localhost");
    server.advance(Duration.ofHours(1));
    assertThat(server.takeAsked()).isEmpty();
    assertThat(server.users()).isZero();
    assertThat(names.host("10.0.0.1").addresses()).containsExactly(ip("10.0.0.1"));
    assertThat(names.host("LocalHost").addresses()).containsExactly(ip("127.0.0.1"), ip("::1"));
  }

  @Test
  void watchedName_isAskedForAfterItsTimeToLive_noMoreThanOnceASecond() {
    server.answer(APP, 7, "10.0.0.1");
    NamedHost host = names.host(APP);
    names.watch(APP);
    server.run();
    assertThat(host.addresses()).containsExactly(ip("10.0.0.1"));
    server.takeAsked();
    server.answer(APP, 0, "10.0.0.2");
    server.advance(Duration.ofMillis(6_999));
    assertThat(server.takeAsked()).isEmpty();
    server.advance(Duration.ofMillis(1));
    assertThat(host.addresses()).containsExactly(ip("10.0.0.2"));
    assertThat(server.takeAsked()).containsExactly(APP + " IPV4", APP + " IPV6");
    server.advance(Duration.ofMillis(999));
    assertThat(server.takeAsked()).isEmpty();
    server.advance(Duration.ofMillis(1));
    assertThat(server.takeAsked()).hasSize(2);
  }

  @Test
  void timeToLive_isAtMostAMinute() {
    server.answer(APP, 86_400, "10.0.0.1");
    names.watch(APP);
    server.run();
    server.takeAsked();
    server.advance(Duration.ofSeconds(59));
    assertThat(server.takeAsked()).isEmpty();
    server.advance(Duration.ofSeconds(1));
    assertThat(server.takeAsked()).hasSize(2);
  }

  @Test
  @ExpectedLog({
    "name app.test: no answer in time; what was known goes on serving: 10.0.0.1",
    "name app.test: no such name; what was known goes on serving"
  })
  void failures_keepWhatWasKnown() {
    server.answer(APP, 1, "10.0.0.1");
    NamedHost host = names.host(APP);
    names.watch(APP);
    server.run();
    for (Answer<InetAddress> failure : List.of(
        Answer.<InetAddress>failed("no answer in time"),
        Answer.<InetAddress>none("no such name"))) {
      server.answer(APP, Family.IPV4, failure);
      server.answer(APP, Family.IPV6, failure);
      server.advance(Duration.ofHours(1));
      assertThat(host.addresses()).containsExactly(ip("10.0.0.1"));
    }
    server.answer(APP, 1, "10.0.0.2");
    server.advance(Duration.ofSeconds(1));
    assertThat(host.addresses()).containsExactly(ip("10.0.0.2"));
  }

  @Test
  void familyThatIsNotAnswered_keepsItsAddresses_andOneThatIsNoMoreDoesNot() {
    NamedHost host = names.host(APP);
    server.answer(APP, 1, "10.0.0.1");
    server.answer(APP, Family.IPV6, Answer.of(List.of(ip("fd00::1")), 1));
    names.watch(APP);
    server.run();
    server.answer(APP, 1, "10.0.0.2");
    server.answer(APP, Family.IPV6, Answer.failed("no answer in time"));
    server.advance(Duration.ofSeconds(1));
    assertThat(host.addresses()).containsExactly(ip("10.0.0.2"), ip("fd00::1"));
    server.answer(APP, Family.IPV6, Answer.none("no AAAA record"));
    server.advance(Duration.ofSeconds(1));
    assertThat(host.addresses()).containsExactly(ip("10.0.0.2"));
  }

  @Test
  void addressThatWasConnectedTo_isTheFirst_untilTheNameHasItNoMore() {
    NamedHost host = names.host(APP);
    server.answer(APP, 1, "10.0.0.3", "10.0.0.1", "10.0.0.2");
    names.watch(APP);
    server.run();
    assertThat(host.addresses()).containsExactly(ip("10.0.0.1"), ip("10.0.0.2"), ip("10.0.0.3"));
    host.connected(ip("10.0.0.2"));
    host.connected(ip("10.9.9.9"));
    server.answer(APP, 1, "10.0.0.4", "10.0.0.2", "10.0.0.1");
    server.advance(Duration.ofSeconds(1));
    assertThat(host.addresses()).containsExactly(ip("10.0.0.2"), ip("10.0.0.1"), ip("10.0.0.4"));
    server.answer(APP, 1, "10.0.0.4", "10.0.0.1");
    server.advance(Duration.ofSeconds(1));
    assertThat(host.addresses()).containsExactly(ip("10.0.0.1"), ip("10.0.0.4"));
  }

  @Test
  void nameOfTwoServers_isWatchedUntilBothAreGone() {
    server.answer(APP, 1, "10.0.0.1");
    Runnable one = names.watch(APP);
    Runnable other = names.watch("APP.test");
    server.run();
    assertThat(server.takeAsked()).hasSize(2);
    one.run();
    server.advance(Duration.ofSeconds(1));
    assertThat(server.takeAsked()).hasSize(2);
    other.run();
    server.advance(Duration.ofHours(1));
    assertThat(server.takeAsked()).isEmpty();
    assertThat(server.users()).isZero();
    assertThat(names.host(APP).addresses()).containsExactly(ip("10.0.0.1"));
  }

  @Test
  @ExpectedLog("name nowhere.test: no such name; nothing is known yet")
  void waiting_endsWithTheAnswer_whateverItIs() {
    List<List<InetAddress>> told = new ArrayList<>();
    server.answer(APP, 1, "10.0.0.1");
    names.watch(APP);
    names.host(APP).whenKnown(told::add);
    names.watch("nowhere.test");
    names.host("nowhere.test").whenKnown(told::add);
    names.host("unwatched.test").whenKnown(told::add);
    assertThat(told).isEmpty();
    server.run();
    assertThat(told)
        .containsExactlyInAnyOrder(
            List.of(ip("10.0.0.1")), List.<InetAddress>of(), List.<InetAddress>of());
    names.host(APP).whenKnown(told::add);
    assertThat(told).hasSize(4);
  }

  private static InetAddress ip(String address) {
    return ManualNames.ip(address);
  }
}
