package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.config.SocketTransport;
import dev.lblc.testing.Eventually;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that stop reading, and go on later; and servers that close their idle connections soon. */
@ParameterizedClass(name = "engine {0}, transport {1}")
@CsvSource({"LANE, EPOLL", "LANE, IO_URING", "VERTX, NIO"})
@TestInstance(PER_CLASS)
final class SlowPeersIT {
  @Parameter(0)
  Engine engine;

  @Parameter(1)
  SocketTransport transport;

  private static final int SMALL = 16 << 10;
  private static final int ROUNDS = 40;
  private static final int LENGTH = 20_000_000;

  /** What the gateway may hold. */
  private static final long MOST_HELD = 1 << 20;

  /** With what the kernel holds at its side, which grows as it likes. */
  private static final int MOST_AHEAD = 14_000_000;

  private Scene scene;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    scene = new Scene(engine, transport, new RawServer(SMALL));
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    scene.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    scene.isUnharmed();
  }

  private RawClient narrow() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(SMALL);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), scene.gateway.port()));
    return new RawClient(socket);
  }

  private static byte[] body() {
    byte[] body = new byte[LENGTH];
    new Random(7).nextBytes(body);
    return body;
  }

  /** Writes in a thread of its own, and counts what the other side's kernel has taken. */
  private static CompletableFuture<Void> write(byte[] octets, RawClient to, AtomicLong written) {
    return CompletableFuture.runAsync(() -> {
      try {
        for (int at = 0; at < octets.length; at += SMALL) {
          to.send(Arrays.copyOfRange(octets, at, Math.min(octets.length, at + SMALL)));
          written.addAndGet(SMALL);
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  /** Waits until no more is taken. */
  private static void awaitNoMore(AtomicLong written) throws Exception {
    Eventually.holds("some is taken", () -> written.get() > 0);
    long before = 0;
    while (written.get() != before) {
      before = written.get();
      TimeUnit.MILLISECONDS.sleep(200); // nothing tells of what does not happen
    }
  }

  /** The same, and checks that this is soon. */
  private void isHeldBack(AtomicLong written) throws Exception {
    awaitNoMore(written);
    assertThat(written.get()).as("read ahead").isLessThan(MOST_AHEAD);
    if (engine == Engine.LANE) { // Vert.x has other buffers
      assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isLessThan(MOST_HELD);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"length", "chunked", "close"})
  void answer_thatIsNotRead_isHeldBackAndCompleteLater(String framing) throws Exception {
    byte[] body = body();
    try (RawClient client = narrow()) {
      client.send("GET /s/x HTTP/1." + (framing.equals("close") ? 0 : 1) + "\r\nHost: h\r\n\r\n");
      try (RawClient upstream = scene.server.accept()) {
        upstream.socket().setSendBufferSize(SMALL);
        upstream.until("\r\n\r\n");
        upstream.send(Scene.bytes("HTTP/1.1 200 OK|"
            + switch (framing) {
              case "length" -> "Content-Length: " + LENGTH + "||";
              case "chunked" -> "Transfer-Encoding: chunked||" + Integer.toHexString(LENGTH) + "|";
              default -> "|";
            }));
        AtomicLong written = new AtomicLong();
        CompletableFuture<Void> writing = write(body, upstream, written);
        isHeldBack(written);
        assertThat(scene.gateway.active("s")).isEqualTo(1);
        client.until("\r\n\r\n");
        if (framing.equals("chunked") && engine == Engine.LANE) {
          client.until("\r\n");
        }
        if (!framing.equals("chunked") || engine == Engine.LANE) {
          assertThat(client.exactly(LENGTH).equals(RawClient.text(body))).isTrue();
        } else {
          return; // Vert.x's engine makes chunks of its own
        }
        writing.get(20, TimeUnit.SECONDS);
        if (framing.equals("chunked")) {
          upstream.send("\r\n0\r\n\r\n");
          assertThat(client.exactly(7)).isEqualTo("\r\n0\r\n\r\n");
        } else if (framing.equals("close")) {
          upstream.endOutput();
          assertThat(client.rest()).isEmpty();
        }
      }
    }
  }

  /** Nothing more is read of such a client, but it has to be written to for as long as it reads. */
  @Test
  void answer_toAClientThatHasEndedItsSideAndReadsLate_isComplete() throws Exception {
    assumeTrue(engine == Engine.LANE); // Vert.x's takes each such client for one that has left
    byte[] body = body();
    scene.gateway.stopTime(); // however late the end is read, the client has not left
    try (RawClient client = narrow()) {
      client.send("GET /s/x HTTP/1.1\r\nHost: h\r\n\r\n").endOutput();
      try (RawClient upstream = scene.server.accept()) {
        upstream.until("\r\n\r\n");
        upstream.send(Scene.bytes("HTTP/1.1 200 OK|Content-Length: " + LENGTH + "||"));
        AtomicLong written = new AtomicLong();
        CompletableFuture<Void> writing = write(body, upstream, written);
        awaitNoMore(written);
        client.until("\r\n\r\n");
        assertThat(client.exactly(LENGTH).equals(RawClient.text(body))).isTrue();
        writing.get(20, TimeUnit.SECONDS);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"length", "chunked"})
  void upload_thatIsNotRead_isHeldBackAndCompleteLater(String framing) throws Exception {
    byte[] body = body();
    boolean isChunked = framing.equals("chunked");
    try (RawClient client = scene.client()) {
      client.socket().setSendBufferSize(SMALL);
      client.send(Scene.bytes("POST /s/x HTTP/1.1|Host: h|"
          + (isChunked
              ? "Transfer-Encoding: chunked||" + Integer.toHexString(LENGTH) + "|"
              : "Content-Length: " + LENGTH + "||")));
      AtomicLong written = new AtomicLong();
      CompletableFuture<Void> writing = write(body, client, written);
      try (RawClient upstream = scene.server.accept()) {
        isHeldBack(written);
        upstream.until("\r\n\r\n");
        if (!isChunked) {
          assertThat(upstream.exactly(LENGTH).equals(RawClient.text(body))).isTrue();
        } else if (engine == Engine.LANE) {
          upstream.until("\r\n");
          assertThat(upstream.exactly(LENGTH).equals(RawClient.text(body))).isTrue();
          client.send("\r\n0\r\n\r\n");
          assertThat(upstream.exactly(7)).isEqualTo("\r\n0\r\n\r\n");
        } else {
          return;
        }
        writing.get(20, TimeUnit.SECONDS);
        upstream.send(Scene.bytes("HTTP/1.1 200 OK|Content-Length: 2||ok"));
        assertThat(client.response()).endsWith("ok");
      }
    }
  }

  /** Whether the last of a body waits when the answer comes depends on its length: some of these do. */
  @Test
  void answer_beforeItsServerHasReadTheWhole_endsNeitherConnectionInSilence() throws Exception {
    assumeTrue(engine == Engine.LANE); // Vert.x's keeps the connection to the server
    for (int length = 100_000; length < 4_500_000; length += 100_000) {
      try (RawClient client = scene.client()) {
        client.socket().setSoTimeout(5_000);
        byte[] body = new byte[length];
        client.send(Scene.bytes("POST /s/x HTTP/1.1|Host: h|Content-Length: " + length + "||"));
        CompletableFuture<Void> writing = write(body, client, new AtomicLong());
        try (RawClient upstream = scene.server.accept()) {
          upstream.until("\r\n\r\n");
          TimeUnit.MILLISECONDS.sleep(50); // until what fits is in the kernels' buffers
          upstream.send(Scene.bytes("HTTP/1.1 413 Too Large|Content-Length: 2||no"));
          assertThat(client.response()).as("of %d", length).startsWith("HTTP/1.1 413 ");
          writing.get(20, TimeUnit.SECONDS);
          client.send("GET /well/x HTTP/1.1\r\nHost: h\r\n\r\n");
          assertThat(client.response()).as("behind %d", length).endsWith("well");
        }
      }
    }
  }

  // --- servers that close soon ---

  /** What there is of it and its end may be read within one turn of the loop. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5||12",
        "Content-Length: 5||",
        "Transfer-Encoding: chunked||5|12345|",
        "Transfer-Encoding: chunked||"
      })
  void answer_whoseServerIsGoneAtOnce_isCutOrFailsButIsNotSilence(String rest) throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      try (RawClient client = scene.client()) {
        client.send("GET /s/x HTTP/1.1\r\nHost: h\r\n\r\n");
        try (RawClient upstream = scene.server.accept()) {
          upstream.until("\r\n\r\n");
          upstream.send(Scene.bytes("HTTP/1.1 200 OK|" + rest));
        }
        assertThat(client.until("\r\n")).as("round %d", i).matches("HTTP/1.1 (200|502) .*\r\n");
      }
    }
  }

  @Tag("alone")
  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void requests_toAServerThatClosesSoon_succeedAndAreServedOnce(String method) throws Exception {
    boolean asksTheKernel = engine == Engine.LANE && transport != SocketTransport.NIO;
    int mostFailed = method.equals("GET") ? 0 : asksTheKernel ? 25 : 60;
    Set<String> served = ConcurrentHashMap.newKeySet();
    AtomicInteger twice = new AtomicInteger();
    TestGateway gateway = new TestGateway(engine, transport);
    try {
      int port = gateway.tcp(socket -> {
        StringBuilder all = new StringBuilder();
        socket.exceptionHandler(cause -> all.setLength(0));
        socket.handler(data -> {
          all.append(data);
          int end = all.indexOf("\r\n\r\n");
          if (end >= 0 && (all.indexOf("ontent-") < 0 || all.length() >= end + 7)) {
            if (!served.add(all.substring(0, all.indexOf(" HTTP/")))) {
              twice.incrementAndGet();
            }
            all.setLength(0);
            socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            gateway.vertx.setTimer(2, timer -> socket.close());
          }
        });
      });
      gateway
          .service("s", port)
          .route("s", new JsonObject())
          .listener(new JsonObject().put("accessLog", false)) // whose lines would seem the scene's
          .start();
      int failed = 0;
      Random random = new Random(3);
      try (RawClient client = new RawClient(gateway.port())) {
        for (int i = 0; i < 200; i++) {
          String body = method.equals("POST") ? "Content-Length: 3\r\n\r\nabc" : "\r\n";
          client.send(method + " /s/" + i + " HTTP/1.1\r\nHost: h\r\n" + body);
          failed += client.response().startsWith("HTTP/1.1 200 ") ? 0 : 1;
          TimeUnit.MICROSECONDS.sleep(random.nextInt(4_000)); // about when the server closes
        }
      }
      assertThat(failed).as("failed").isLessThanOrEqualTo(mostFailed);
      assertThat(twice.get()).as("served twice").isEqualTo(0);
      gateway.awaitIdle();
    } finally {
      gateway.stop();
    }
  }
}
