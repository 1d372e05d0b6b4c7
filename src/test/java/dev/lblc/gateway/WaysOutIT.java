package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.scheduler.Reason;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Ports;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to a request, it is answered as it should be, and nothing counts afterwards. */
@ExpectedLog("WARN ConnectionCount: listener web refuses connections")
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class WaysOutIT {
  @Parameter
  Engine engine;

  private TestGateway gateway;
  /** Held, or they would be closed as garbage. */
  private final List<ServerSocket> deafServers = new ArrayList<>();

  private final List<Socket> sockets = new ArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();

  /** Requests answered by nothing but the end of their connection. */
  private final AtomicInteger closed = new AtomicInteger();

  private final Set<HttpServerRequest> heldRequests = ConcurrentHashMap.newKeySet();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    gateway = new TestGateway(engine);
    int raw = gateway.tcp(this::misbehave);
    int well = gateway.http(request -> request.response().end("well"));
    int held = gateway.http(request -> {
      heldRequests.add(request);
      request
          .response()
          .closeHandler(v -> heldRequests.remove(request))
          .endHandler(v -> heldRequests.remove(request));
    });
    JsonObject brief = new JsonObject()
        .put(
            "timeouts",
            new JsonObject().put("connect", "300ms").put("response", "400ms").put("idle", "400ms"));
    JsonObject patient = new JsonObject()
        .put(
            "timeouts",
            new JsonObject().put("connect", "5s").put("response", "60s").put("idle", "60s"));
    gateway
        .service("raw", raw)
        .service("well", well)
        .service("held", held)
        .service("refusing", Ports.free())
        .service("retried", Ports.free(), well)
        .service("once", well, Ports.free())
        .service("twice", Ports.free(), Ports.free(), well)
        .service("deaf", deafPort())
        .service("deaf-or-well", deafPort(), well)
        .service("empty")
        .route("raw", brief)
        .route("well", patient)
        .route("held", patient)
        .route("refusing", brief)
        .route("retried", brief)
        .route("once", brief.copy().put("retries", 0))
        .route("twice", brief.copy().put("retries", 2))
        .route("deaf", brief.copy().put("retries", 0))
        .route("deaf-or-well", brief)
        .route("empty", brief);
    gateway.start();
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    for (ServerSocket socket : deafServers) {
      socket.close();
    }
    for (Socket socket : sockets) {
      socket.close();
    }
    gateway.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitIdle();
    Eventually.holds(
        "connections to the misbehaving server are closed", () -> connections.get() == 0);
  }

  /** Does what the last segment of the path says, once the head of the request is there. */
  private void misbehave(NetSocket socket) {
    connections.incrementAndGet();
    socket.closeHandler(v -> connections.decrementAndGet());
    Buffer all = Buffer.buffer();
    socket.handler(data -> {
      boolean before = all.toString().contains("\r\n\r\n");
      all.appendBuffer(data);
      String text = all.toString();
      if (before || !text.contains("\r\n\r\n")) {
        return;
      }
      String path = text.split(" ", 3)[1];
      switch (path.substring(path.lastIndexOf('/') + 1)) {
        case "close" -> {
          closed.incrementAndGet();
          socket.close();
        }
        case "half-head" -> socket.end(Buffer.buffer("HTTP/1.1 200 OK\r\nContent-Le"));
        case "long-status" -> socket.write("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n");
        case "two-words" ->
          socket.write("HTTP/1.1 200 OK\r\nLocation Hint: /x\r\nContent-Length: 0\r\n\r\n");
        case "no-name" -> socket.write("HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n");
        case "garbage" -> socket.write("SSH-2.0-OpenSSH\r\n\r\n");
        case "version" -> socket.write("HTTP/2.5 200 OK\r\nContent-Length: 0\r\n\r\n");
        case "switch" ->
          socket.write(
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
        case "coded" ->
          socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
        case "cut-length" ->
          socket.end(Buffer.buffer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"));
        case "cut-chunks" ->
          socket.end(
              Buffer.buffer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"));
        case "stall" -> socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
        case "stall-head" -> socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
        case "early" -> socket.write("HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge");
        case "early-close" -> {
          socket.write(
              RawClient.head("HTTP/1.1 413 Too Large", "Connection: close", "Content-Length: 5")
                  + "large");
          // Not at once: closed with something unread, the socket would be reset and the answer
          // lost.
          gateway.vertx.setTimer(300, timer -> socket.close());
        }
        case "until-close" -> socket.end(Buffer.buffer("HTTP/1.1 200 OK\r\n\r\nall of it"));
        case "old" -> socket.end(Buffer.buffer("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold"));
        case "no-read" -> {
          socket.pause();
          // Only a socket that is read notices that it was closed.
          gateway.vertx.setTimer(1500, timer -> socket.resume());
        }
        case "flood" -> {
          socket.write(RawClient.head("HTTP/1.1 200 OK", "Content-Length: 1000000000"));
          flood(socket);
        }
        case "endless" ->
          socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n");
        case "odd-dates" ->
          socket.end(Buffer.buffer(RawClient.head(
                  "HTTP/1.1 200 OK",
                  "Date: x",
                  "Expires: -1",
                  "Cache-Control: public, max-age=x",
                  "Warning: 110",
                  "Content-Length: 2",
                  "Connection: close")
              + "ok"));
        case "idle-close" ->
          socket.end(Buffer.buffer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
        default -> {} // silence
      }
    });
  }

  private static void flood(NetSocket socket) {
    while (!socket.writeQueueFull()) {
      if (socket.write("x".repeat(65_536)).failed()) {
        return; // closed, and never full
      }
    }
    socket.drainHandler(v -> flood(socket));
  }

  /** A port whose queue of connections is full: further ones are neither taken nor refused. */
  private int deafPort() throws Exception {
    ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    deafServers.add(socket);
    for (int i = 0; i < 3; i++) {
      sockets.add(fill(socket));
    }
    return socket.getLocalPort();
  }

  private static Socket fill(ServerSocket server) throws Exception {
    Socket filler = new Socket();
    try {
      filler.connect(server.getLocalSocketAddress(), 100);
    } catch (SocketTimeoutException e) {
      // The queue is full, which is what it is for.
    }
    return filler;
  }

  private static String post(String target, String body) {
    return "POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length()
        + "\r\n\r\n" + body;
  }

  @ParameterizedTest
  @CsvSource({
    "/raw/close, 502 server closed the connection",
    "/raw/half-head, 502 server closed the connection",
    "/raw/garbage, 502 invalid response",
    "/raw/long-status, 502 invalid response",
    "/raw/two-words, 502 invalid response",
    "/raw/no-name, 502 invalid response",
    "/raw/version, 502 invalid response",
    "/raw/switch, 502 invalid response",
    "/raw/coded, 502 invalid response",
    "/raw/silence, 504 response timed out",
    "/refusing/x, 502 connect failed",
    "/once/x, 502 connect failed",
    "/deaf/x, 504 connect timed out",
    "/empty/x, 503 no server available"
  })
  void request_thatGetsNoAnswer_isToldWhy(String target, String body) throws Exception {
    String response = RawClient.get(gateway.port(), target);
    assertThat(response)
        .startsWith("HTTP/1.1 " + body.substring(0, 3) + " ")
        .endsWith("\r\n\r\n" + body + "\n");
    assertThat(response).doesNotContain("127.0.0.1");
    assertThat(response.contains("retry-after: 1")).isEqualTo(body.startsWith("503"));
    assertThat(RawClient.exchange(gateway.port(), post(target, "abc")))
        .endsWith("\r\n\r\n" + body + "\n");
  }

  @ParameterizedTest
  @CsvSource({"GET, 2", "PUT, 2", "POST, 1", "PATCH, 1"})
  void request_thatGetsNoAnswer_isSentAgainOnlyIfIdempotent(String method, int times)
      throws Exception {
    int before = closed.get();
    assertThat(RawClient.exchange(
            gateway.port(),
            method + " /raw/close HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"))
        .startsWith("HTTP/1.1 502 ");
    assertThat(closed.get() - before).isEqualTo(times);
  }

  @Test
  void connection_afterAFailure_canBeUsedAgain() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      for (String target :
          new String[] {"/raw/close", "/refusing/x", "/raw/silence", "/elsewhere"}) {
        client.send(post(target, "x".repeat(1_000_000)));
        assertThat(client.response()).startsWith("HTTP/1.1 ");
        client.send("GET /well/x HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(client.response()).endsWith("well");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut-length", "cut-chunks", "stall", "endless"})
  void response_cutShort_isCutShortForTheClient(String how) throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(RawClient.head("GET /raw/" + how + " HTTP/1.1", "Host: h", "Connection: close"));
      String all = client.rest();
      if (!isNothingYet(how, all)) {
        assertThat(all)
            .startsWith("HTTP/1.1 200 ")
            .contains("12345")
            .doesNotContain("\r\n0\r\n\r\n");
      }
    }
  }

  /** Returns whether the gateway had passed on nothing of an answer that was cut short. */
  private boolean isNothingYet(String how, String seen) {
    return how.startsWith("cut")
        && gateway.mayLearnOfEndAtOnce()
        && seen.matches("(?s)HTTP/1.\\d 502 .*\r\n502 [^\r]+\n");
  }

  @Test
  void response_thatStallsBehindItsHead_isCutShortForTheClient() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send("GET /raw/stall-head HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.rest()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut-chunks", "endless"})
  void response_cutShortForAnOldClient_isReset(String how) throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send("GET /raw/" + how + " HTTP/1.0\r\nHost: h\r\n\r\n");
      String all = client.rest();
      assertThat(all.endsWith("<reset>") || isNothingYet(how, all)).as(all).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"until-close, all of it", "old, old", "odd-dates, ok"})
  void response_ofAnOldOrOddServer_isForwarded(String how, String body) throws Exception {
    assertThat(RawClient.get(gateway.port(), "/raw/" + how))
        .startsWith("HTTP/1.1 200 ")
        .contains(body);
  }

  @ParameterizedTest
  @CsvSource({"retried", "twice", "deaf-or-well"})
  void connect_thatFails_isRetriedElsewhere(String service) throws Exception {
    for (int i = 0; i < 4; i++) {
      assertThat(RawClient.exchange(gateway.port(), post("/" + service + "/" + i, "abc")))
          .endsWith("well");
    }
  }

  @Test
  void connection_closedWhileIdle_isNoticedByTheGatewayOnly() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      for (int i = 0; i < 200; i++) {
        client.send("GET /raw/idle-close HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(client.response()).as("request %d", i).endsWith("ok");
      }
    }
  }

  @Test
  void noServer_isCountedAsSuch() throws Exception {
    long before = gateway.scheduled("empty").status().decisions().getOrDefault(Reason.NONE, 0L);
    RawClient.get(gateway.port(), "/empty/x");
    assertThat(gateway.scheduled("empty").status().decisions())
        .containsEntry(Reason.NONE, before + 1);
  }

  @Test
  void request_heldByTheServer_countsUntilItsClientLeaves() throws Exception {
    for (boolean reset : new boolean[] {false, true}) {
      RawClient client = new RawClient(gateway.port());
      client.send("GET /held/x HTTP/1.1\r\nHost: h\r\n\r\n");
      Eventually.holds("it arrived", () -> heldRequests.size() == 1);
      assertThat(gateway.active("held")).isEqualTo(1);
      if (reset) {
        client.reset();
      } else {
        gateway.awaitTicks(); // at once it would say that nothing more will be sent
        client.close();
      }
      gateway.awaitIdle();
      Eventually.holds("the server was told", heldRequests::isEmpty);
    }
  }

  @Test
  void client_leavingWhileItConnects_leavesNothing() throws Exception {
    RawClient client = new RawClient(gateway.port());
    client.send("GET /deaf/x HTTP/1.1\r\nHost: h\r\n\r\n");
    Eventually.holds("it waits", () -> gateway.active("deaf") == 1);
    gateway.awaitTicks(); // at once it would say that nothing more will be sent
    client.close();
    gateway.awaitIdle();
  }

  @Test
  void client_leavingInMidBody_leavesNothing() throws Exception {
    RawClient client = new RawClient(gateway.port());
    client.send("GET /raw/endless HTTP/1.1\r\nHost: h\r\n\r\n");
    client.until("12345");
    assertThat(gateway.active("raw")).isEqualTo(1);
    client.reset();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/held/x", "/deaf/x", "/raw/silence", "/raw/early"})
  void client_leavingInMidUpload_leavesNothing(String target) throws Exception {
    RawClient client = new RawClient(gateway.port());
    client.send("POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"
        + "x".repeat(100_000));
    if (target.endsWith("early")) {
      assertThat(client.response()).endsWith("large");
    } else {
      String service = target.split("/", -1)[1];
      Eventually.holds("it uploads", () -> gateway.active(service) == 1);
    }
    client.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"early", "early-close"})
  void answer_beforeTheUploadIsThrough_isForwardedAndTheConnectionNotReused(String how)
      throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send("POST /raw/" + how + " HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n"
          + "x".repeat(100_000));
      assertThat(client.response()).startsWith("HTTP/1.1 413 ").endsWith("large");
      gateway.awaitIdle();
      Eventually.holds("its connection is closed", () -> connections.get() == 0);
      client.send("x".repeat(100_000));
      client.send("GET /well/x HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response()).endsWith("well");
    }
  }

  @Test
  void upload_thatStalls_isTimedOut() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send("POST /raw/silence HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc");
      assertThat(client.response()).startsWith("HTTP/1.1 408 ").endsWith("408 request timed out\n");
    }
  }

  @Test
  void server_thatDoesNotReadItsUpload_isTimedOut() throws Exception {
    // Made before, since the wait for it counts as the client's.
    byte[] body = new byte[50_000_000];
    try (RawClient client = new RawClient(gateway.port())) {
      client.send("POST /raw/no-read HTTP/1.1\r\nHost: h\r\nContent-Length: 50000000\r\n\r\n");
      client.send(body);
      assertThat(client.response())
          .startsWith("HTTP/1.1 504 ")
          .endsWith("504 server idle for too long\n");
      client.send("GET /well/x HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response()).endsWith("well");
    }
  }

  @Test
  void client_thatDoesNotReadItsResponse_isCutOff() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send("GET /raw/flood HTTP/1.1\r\nHost: h\r\n\r\n");
      client.until("\r\n\r\n");
      assertThat(gateway.active("raw")).isEqualTo(1);
      gateway.awaitIdle();
      assertThat(client.rest()).hasSizeLessThan(100_000_000);
    }
  }

  @Test
  void client_leavingBeforeItsConnectionIsMade_leavesTheConnectionToOthers() throws Exception {
    TestGateway waiting = new TestGateway(engine);
    try (ServerSocket late = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      late.setSoTimeout(10_000);
      List<Integer> fillers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Socket filler = fill(late);
        fillers.add(filler.getLocalPort());
        sockets.add(filler);
      }
      waiting
          .service("late", late.getLocalPort())
          .route("late", new JsonObject().put("timeouts", new JsonObject().put("connect", "9s")))
          .start(1);
      RawClient gone = new RawClient(waiting.port());
      gone.send("GET /late/gone HTTP/1.1\r\nHost: h\r\n\r\n");
      Eventually.holds("it waits", () -> waiting.active("late") == 1);
      waiting.awaitTicks(); // at once it would say that nothing more will be sent
      gone.close();
      waiting.awaitIdle();
      Socket made = late.accept();
      while (fillers.contains(made.getPort())) {
        sockets.add(made);
        made = late.accept();
      }
      try (RawClient other = new RawClient(waiting.port());
          BufferedReader lines = new BufferedReader(
              new InputStreamReader(made.getInputStream(), StandardCharsets.ISO_8859_1))) {
        other.send("GET /late/stays HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(lines.readLine()).startsWith("GET /late/stays ");
        made.getOutputStream()
            .write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate"
                .getBytes(StandardCharsets.ISO_8859_1));
        assertThat(other.response()).endsWith("late");
      }
      waiting.awaitIdle();
    } finally {
      waiting.stop();
    }
  }

  @Test
  void connections_pastTheLimit_areClosed() throws Exception {
    TestGateway limited = new TestGateway(engine);
    try {
      limited
          .service("well", limited.http(request -> request.response().end("well")))
          .listener(new JsonObject().put("name", "web").put("maxConnections", 2))
          .route("well", new JsonObject())
          .start();
      String request = "GET /well/x HTTP/1.1\r\nHost: h\r\n\r\n";
      try (RawClient one = new RawClient(limited.port());
          RawClient two = new RawClient(limited.port())) {
        assertThat(one.send(request).response()).endsWith("well");
        assertThat(two.send(request).response()).endsWith("well");
        try (RawClient three = new RawClient(limited.port())) {
          assertThat(three.rest()).isIn("", "<reset>");
        }
        assertThat(one.send(request).response()).endsWith("well");
      }
      Eventually.holds("room again", () -> {
        try (RawClient again = new RawClient(limited.port())) {
          return again.send(request).response().endsWith("well");
        } catch (java.io.IOException e) {
          return false;
        }
      });
    } finally {
      limited.stop();
    }
  }
}
