package dev.lblc.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.DnsConfig;
import dev.lblc.discovery.Resolver.Family;
import dev.lblc.testing.NameServer;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the resolver makes of a name server's answers. */
final class NettyResolverIT {
  private static final String NAME = "app.test";

  private static NameServer server;
  private static NettyNameLoop loop;

  /** Waits for an answer for a moment only. */
  private static NettyNameLoop hasty;

  @BeforeAll
  static void start() throws Exception {
    server = new NameServer();
    loop = loop(Duration.ofSeconds(10));
    hasty = loop(Duration.ofMillis(50));
  }

  private static NettyNameLoop loop(Duration timeout) {
    NettyNameLoop made = new NettyNameLoop();
    String[] address = server.address().split(":", -1);
    made.configure(new DnsConfig(
        List.of(new DnsConfig.Address(address[0], Integer.parseInt(address[1]))), timeout));
    made.use();
    return made;
  }

  @AfterAll
  static void stop() {
    loop.leave();
    hasty.leave();
    server.close();
  }

  @Test
  void addresses_comeWithTheLeastTimeToLive() throws Exception {
    server.addresses(NAME, 7, "10.0.0.1", "10.0.0.2");
    assertThat(addresses(NAME, Family.IPV4))
        .isEqualTo(Answer.of(List.of(ip("10.0.0.1"), ip("10.0.0.2")), 7));
    server.addresses("six.test", 8, "fd00::1");
    assertThat(addresses("six.test", Family.IPV6)).isEqualTo(Answer.of(List.of(ip("fd00::1")), 8));
  }

  @Test
  void manyAddresses_comeByTcp() throws Exception {
    server.addresses(
        "many.test",
        1,
        IntStream.range(0, 200).mapToObj(i -> "10.1.0." + i).toArray(String[]::new));
    assertThat(addresses("many.test", Family.IPV4).records()).hasSize(200);
    assertThat(server.askedByTcp()).isPositive();
  }

  @Test
  void noSuchName_andNoSuchRecord_areCertain() throws Exception {
    assertThat(addresses("nowhere.test", Family.IPV4))
        .isEqualTo(Answer.none("no such name (NXDOMAIN)"));
    server.empty("empty.test");
    assertThat(addresses("empty.test", Family.IPV6)).isEqualTo(Answer.none("no AAAA record"));
  }

  @Test
  void failuresOfTheServer_areNot() throws Exception {
    server.fails("broken.test", DnsResponseCode.SERVFAIL);
    assertThat(addresses("broken.test", Family.IPV4))
        .isEqualTo(Answer.failed("the name server answered ServFail(2)"));
    server.silent("silent.test");
    assertThat(NettyResolverIT.<InetAddress>ask(
            hasty, then -> hasty.resolver().addresses("silent.test", Family.IPV4, then)))
        .isEqualTo(Answer.failed("no answer in time"));
  }

  @Test
  void targets_areRead_andADotIsNone() throws Exception {
    server.targets("_web._tcp.test", 9, "1 2 3 a.test", "0 0 80 .");
    assertThat(NettyResolverIT.<Target>ask(
            loop, then -> loop.resolver().targets("_web._tcp.test", then)))
        .isEqualTo(Answer.of(List.of(new Target(1, 2, 3, "a.test")), 9));
    server.targets("_none._tcp.test", 9, "0 0 0 .");
    assertThat(NettyResolverIT.<Target>ask(
            loop, then -> loop.resolver().targets("_none._tcp.test", then)))
        .isEqualTo(Answer.none("no SRV record"));
  }

  @Test
  void localhost_isOfTheHostsFile() throws Exception {
    int before = server.asked();
    assertThat(addresses("localhost", Family.IPV4).records()).contains(ip("127.0.0.1"));
    assertThat(server.asked()).isEqualTo(before);
  }

  private static Answer<InetAddress> addresses(String name, Family family) throws Exception {
    return ask(loop, then -> loop.resolver().addresses(name, family, then));
  }

  private static <T> Answer<T> ask(NameLoop of, Consumer<Consumer<Answer<T>>> question)
      throws Exception {
    CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
    of.execute(() -> question.accept(answer::complete));
    return answer.get(10, TimeUnit.SECONDS);
  }

  private static InetAddress ip(String address) throws Exception {
    return InetAddress.getByName(address);
  }
}
