package dev.lblc.gateway;

import static dev.lblc.testing.ConfigJson.route;
import static dev.lblc.testing.ConfigJson.tcp;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.SocketTransport;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServerOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients and servers of others', through the gateway; skipped where they are not installed. */
@ParameterizedClass(name = "transport {0}")
@EnumSource(names = {"NIO", "EPOLL"})
final class TcpProgramsIT {
  private final TestGateway gateway;

  TcpProgramsIT(SocketTransport transport) {
    gateway = new TestGateway(transport);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.stop();
  }

  @Test
  void openssl_throughTheGateway_seesTheCertificateOfTheChosenServer() throws Exception {
    Program.require("openssl");
    gateway
        .service("one", tls("cert-of-one"))
        .service("two", tls("cert-of-two"))
        .listener(tcp())
        .route(route("one", "{sni}").put("match", new JsonObject().put("sni", "*.one.example.com")))
        .route(route("two", "{sni}"))
        .start();
    assertThat(subject("a.one.example.com")).contains("cert-of-one");
    assertThat(subject("b.two.example.com")).contains("cert-of-two");
    gateway.awaitIdle();
    assertThat(gateway.scheduled("one").destination("a.one.example.com")).isNotNull();
    assertThat(gateway.scheduled("two").destination("b.two.example.com")).isNotNull();
  }

  @Test
  void redisBenchmark_throughTheGateway_pipelinesToOneServer() throws Exception {
    Program.require("redis-server", "redis-benchmark");
    List<Integer> ports = Ports.free(2);
    try (Program first = redis(ports.get(0));
        Program second = redis(ports.get(1))) {
      gateway
          .service("redis", ports.get(0), ports.get(1))
          .listener(tcp())
          .route(route("redis", "{client.ip}"))
          .start();
      String said = Program.output(
          "redis-benchmark",
          "-h",
          "127.0.0.1",
          "-p",
          Integer.toString(gateway.port()),
          "-n",
          "20000",
          "-c",
          "50",
          "-P",
          "16",
          "-t",
          "set,get,lrange_100",
          "-q");
      assertThat(said).contains("SET:", "GET:", "LRANGE_100").doesNotContain("rror");
      gateway.awaitIdle();
      assertThat(first.isRunning() && second.isRunning()).isTrue();
      long one = commands(ports.get(0));
      long other = commands(ports.get(1));
      assertThat(Math.max(one, other)).isGreaterThan(60_000);
      assertThat(Math.min(one, other)).isLessThan(100);
    }
  }

  @Test
  void haproxy_thatRequiresProxyHeaders_seesTheClientsAddress(@TempDir Path directory)
      throws Exception {
    Program.require("haproxy");
    int port = Ports.free();
    Path file = Files.writeString(directory.resolve("haproxy.cfg"), """
        defaults
          mode http
          timeout connect 5s
          timeout client 10s
          timeout server 10s
        frontend web
          bind 127.0.0.1:%d accept-proxy
          http-request return status 200 content-type text/plain lf-string "%%ci:%%cp"
        """.formatted(port));
    for (String version : List.of("v1", "v2")) {
      gateway.service(version, new JsonObject().put("proxyProtocol", version), port);
      gateway
          .listener(tcp().put("name", version))
          .route(route(version, "{client.ip}").put("listener", version));
    }
    try (Program haproxy = Program.serving(port, "haproxy", "-db", "-f", file.toString())) {
      gateway.start();
      for (String version : List.of("v1", "v2")) {
        try (RawClient client = new RawClient(gateway.gateway().port(version))) {
          String body = client
              .send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
              .response();
          assertThat(body).endsWith("127.0.0.1:" + client.socket().getLocalPort());
        }
      }
      assertThat(haproxy.isRunning()).isTrue();
      gateway.awaitIdle();
    }
  }

  private String subject(String name) throws Exception {
    return Program.output(
            "openssl", "s_client", "-connect", "127.0.0.1:" + gateway.port(), "-servername", name)
        .lines()
        .filter(line -> line.startsWith("subject="))
        .findFirst()
        .orElse("no certificate");
  }

  private int tls(String name) throws Exception {
    NetServerOptions options = new NetServerOptions()
        .setSsl(true)
        .setKeyCertOptions(SelfSigned.of(name).keyCertOptions());
    return gateway
        .vertx
        .createNetServer(options)
        .connectHandler(socket -> socket.write("welcome"))
        .listen(0, "127.0.0.1")
        .await(10, SECONDS)
        .actualPort();
  }

  private static Program redis(int port) throws Exception {
    return Program.serving(
        port,
        "redis-server",
        "--bind",
        "127.0.0.1",
        "--port",
        Integer.toString(port),
        "--save",
        "",
        "--daemonize",
        "no");
  }

  /** How many commands a server has processed. */
  private static long commands(int port) throws Exception {
    try (RawClient client = new RawClient(port)) {
      client.send("INFO stats\r\n");
      String field = "total_commands_processed:";
      String all = client.until(field, "\r\n");
      return Long.parseLong(all.substring(all.indexOf(field) + field.length()).trim());
    }
  }
}
