package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.Eventually;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who ended an exchange, by the access log. */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class BlameIT {
  private static final String SIZED = RawClient.head("HTTP/1.1 200 OK", "Content-Length: 10");
  private static final String CHUNKED =
      RawClient.head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked");

  @Parameter
  Engine engine;

  private final Set<NetSocket> upstreams = ConcurrentHashMap.newKeySet();
  private final AtomicInteger arrived = new AtomicInteger();
  private TestGateway gateway;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    gateway = new TestGateway(engine);
    // A connection that was opened for a request that then turned out to be none waits for another
    // so long.
    JsonObject pool = new JsonObject().put("pool", new JsonObject().put("idle", "1s"));
    gateway.service("raw", pool, gateway.tcp(this::answer)).route("raw", new JsonObject());
    gateway.start();
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitIdle();
    Eventually.holds("connections to the server are closed", upstreams::isEmpty);
    arrived.set(0);
  }

  /** Answers as the last segment of the path says, once the head of the request has come. */
  private void answer(NetSocket socket) {
    upstreams.add(socket);
    arrived.incrementAndGet();
    socket.closeHandler(closed -> upstreams.remove(socket));
    socket.handler(bytes -> {
      String[] words = bytes.toString().split(" ", 3);
      String path = words.length == 3 ? words[1] : "";
      switch (path.substring(path.lastIndexOf('/') + 1)) {
        case "close" -> socket.close();
        case "half-head" -> socket.end(Buffer.buffer("HTTP/1.1 200 OK\r\nContent-"));
        case "begin-sized" -> socket.write(SIZED + "12345");
        case "begin-chunked" -> socket.write(CHUNKED + "5\r\n12345\r\n");
        case "begin-bad-chunk" -> socket.write(CHUNKED + "5\r\n12345\r\n");
        case "begin-long-chunk" -> socket.write(CHUNKED + "5\r\n12345");
        case "cut-sized" -> socket.end(Buffer.buffer(SIZED + "12345"));
        case "cut-chunked" -> socket.end(Buffer.buffer(CHUNKED + "5\r\n12345\r\n"));
        default -> {} // silence
      }
    });
  }

  @ParameterizedTest(name = "{0} {1} with {2} of {3} bytes, then {4}")
  @CsvSource({
    "GET,   silence,       0, 0, 'close',     499, client closed the connection",
    "GET,   silence,       0, 0, 'reset',     499, client closed the connection",
    "POST,  silence,       0, 0, 'close',     499, client closed the connection",
    "POST,  silence,       0, 0, 'reset',     499, client closed the connection",
    "POST,  silence,       3, 3, 'close',     499, client closed the connection",
    "POST,  silence,       3, 3, 'reset',     499, client closed the connection",
    "PUT,   silence,       3, 9, 'close',     499, client closed the connection",
    "POST,  silence,       3, 9, 'close',     499, client closed the connection",
    "POST,  silence,       3, 9, 'reset',     499, client closed the connection",
    "GET,   begin-sized,   0, 0, 'close',     200, client closed the connection in mid-answer",
    "GET,   begin-chunked, 0, 0, 'reset',     200, client closed the connection in mid-answer",
    "POST,  begin-sized,   3, 3, 'reset',     200, client closed the connection in mid-answer",
    "POST,  begin-chunked, 3, 9, 'close',     200, client closed the connection in mid-answer",
    "GET,   close,         0, 0, 'stay',      502, server closed the connection",
    "POST,  close,         3, 3, 'stay',      502, server closed the connection",
    "POST,  half-head,     3, 3, 'stay',      502, server closed the connection",
    "GET,   cut-sized,     0, 0, 'stay',      200, server closed the connection in mid-answer",
    "GET,   begin-bad-chunk,  0, 0, 'zz',     200, invalid response body",
    "POST,  begin-long-chunk, 3, 3, '678',    200, invalid response body",
    "POST,  cut-chunked,   3, 3, 'stay',      200, server closed the connection in mid-answer",
  })
  void exchange_endedBySomebody_namesWhoAndWhen(
      String method, String how, int sent, int length, String then, int status, String reason)
      throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send(RawClient.head(
              method + " /raw/" + how + " HTTP/1.1", "Host: h", "Content-Length: " + length)
          + "x".repeat(sent));
      if (how.startsWith("begin")) {
        client.until("12345");
      } else {
        Eventually.holds("it arrived", () -> arrived.get() > 0);
      }
      switch (then) {
        case "close" -> {
          gateway.awaitTicks(); // at once it would say that nothing more will be sent
          client.leave();
        }
        case "reset" -> client.reset();
        case "stay" -> {}
        default -> upstreams.forEach(upstream -> upstream.write(then + "\r\n"));
      }
      String line = lines.await(1).get(0);
      boolean isNothingYet =
          how.startsWith("cut") && gateway.mayLearnOfEndAtOnce() && line.contains(" 502 ");
      assertThat(line).contains(" " + (isNothingYet ? 502 : status) + " ").endsWith(" " + reason);
      if (then.equals("stay")) {
        assertThat(client.until("\r\n"))
            .startsWith("HTTP/1.1 " + (isNothingYet ? 502 : status) + " ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zz\r\n", "3\r\nabcdef", "3\r\nabc\r\n-1\r\n", "0\r\nno colon\r\n\r\n"})
  void body_thatIsNotFramedWell_isRefused(String chunks) throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send(
          RawClient.head("POST /raw/silence HTTP/1.1", "Host: h", "Transfer-Encoding: chunked"));
      Eventually.holds("it arrived", () -> arrived.get() > 0);
      client.send(chunks);
      assertThat(client.rest())
          .startsWith("HTTP/1.1 400 ")
          .endsWith("\r\n\r\n400 invalid request body\n");
      assertThat(lines.await(1).get(0)).contains(" 400 ").endsWith(" invalid request body");
    }
  }

  static Stream<Arguments> unreadable() {
    return Stream.of(
        Arguments.of("GET /a b HTTP/1.1", "- GET\\u0020/a\\u0020b\\u0020HTTP/1.1 - 400"),
        Arguments.of("GET /raw/x?secret=1 HTTP/2.0", "GET /raw/x - 505"),
        Arguments.of("SSH-2.0-OpenSSH_9.2", "- SSH-2.0-OpenSSH_9.2 - 400"),
        Arguments.of(
            RawClient.text((byte) 22, (byte) 3, (byte) 1), "- \\u0016\\u0003\\u0001 - 400"),
        Arguments.of("G\u00c4T / HTTP/1.1", "G\\u00c4T / HTTP/1.1 400"),
        Arguments.of("GET /a HTTP/1.1\r\nno colon", "GET /a HTTP/1.1 400"),
        Arguments.of("GET /a HTTP/1.0\r\n: x", "GET /a HTTP/1.0 400"),
        Arguments.of(
            "\r\n\r\nGET  /a HTTP/1.1 x", "- GET\\u0020\\u0020/a\\u0020HTTP/1.1\\u0020x - 400"));
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void input_thatIsNoRequest_isLoggedWithItsFirstLine(String input, String logged)
      throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send(input + "\r\nHost: h\r\n\r\n");
      String answer = client.rest();
      assertThat(answer.startsWith("HTTP/1.0 ") || answer.contains("connection: close"))
          .as(answer)
          .isTrue();
      assertThat(lines.await(1).get(0)).startsWith("127.0.0.1 " + logged + " ");
    }
  }

  @Test
  void client_leavingWithinTheHead_isToldApart() throws Exception {
    try (AccessLines lines = new AccessLines();
        RawClient client = new RawClient(gateway.port())) {
      client.send("GET /raw/x HTTP/1.1\r\nHost: h\r\n");
      client.leave();
      assertThat(lines.await(1).get(0))
          .startsWith("127.0.0.1 GET /raw/x HTTP/1.1 499 ")
          .endsWith(" client closed the connection");
    }
  }
}
