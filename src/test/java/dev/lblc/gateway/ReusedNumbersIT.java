package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.config.SocketTransport;
import dev.lblc.testing.Eventually;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sockets that get the number of one that was closed in the same turn of the loop, which has learnt of the end of that one as well. So
 * the loop stands still while things happen in an order.
 */
@ParameterizedClass(name = "engine {0}, transport {1}")
@CsvSource({"LANE, EPOLL", "VERTX, EPOLL", "LANE, IO_URING", "LANE, NIO"})
@TestInstance(PER_CLASS)
final class ReusedNumbersIT {
  @Parameter(0)
  Engine engine;

  @Parameter(1)
  SocketTransport transport;

  private static final int ROUNDS = 3;

  /** As many numbers as may be free below. */
  private static final int FREED = 4;

  private static final int SMALL = 16 << 10;
  private static final int LENGTH = 12_000_000;

  private Scene scene;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    scene = Scene.ofOneLoop(engine, transport, new RawServer(SMALL));
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    scene.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    scene.begin();
    scene.isUnharmed();
  }

  /** The one that is accepted next has the number of the connection to the server, the lowest that has become free. */
  @Test
  void upload_ofAClientThatComesWhenAnotherLeavesAndItsServer_isTakenWhole() throws Exception {
    RawClient before = scene.client();
    for (int round = 0; round < ROUNDS; round++) {
      RawClient upstream = idleConnection(before);
      RawClient leaving = scene.client();
      leaving.send("POST /s/x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
      upstream.until("\r\n\r\nx");
      scene.settle();
      RawClient next = scene.gateway.standing(() -> {
        leaving.reset();
        RawClient come = scene.client();
        for (int i = 0; i < FREED; i++) {
          scene.client(); // takes what is lower
        }
        upstream.leave();
        return come;
      });
      upload(next);
    }
  }

  /** Has the gateway keep a connection to the server, whose other end this is. */
  private RawClient idleConnection(RawClient client) throws Exception {
    client.send("GET /s/x HTTP/1.1\r\nHost: h\r\n\r\n");
    RawClient upstream = scene.accept();
    upstream.until("\r\n\r\n");
    upstream.send(Scene.bytes("HTTP/1.1 200 OK|Content-Length: 2||ok"));
    assertThat(client.response()).endsWith("ok");
    scene.gateway.awaitIdle();
    return upstream;
  }

  /** Of a body that is held back, as its server does not read at first. */
  private void upload(RawClient client) throws Exception {
    client.send(Scene.bytes("POST /s/x HTTP/1.1|Host: h|Content-Length: " + LENGTH + "||"));
    AtomicLong written = new AtomicLong();
    CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
      try {
        for (int at = 0; at < LENGTH; at += SMALL) {
          client.send(new byte[Math.min(SMALL, LENGTH - at)]);
          written.addAndGet(SMALL);
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
    RawClient upstream = scene.accept();
    awaitNoMore(written);
    upstream.until("\r\n\r\n");
    assertThat(upstream.exactly(LENGTH)).hasSize(LENGTH);
    upstream.send(Scene.bytes("HTTP/1.1 200 OK|Connection: close|Content-Length: 2||ok"));
    assertThat(client.response()).startsWith("HTTP/1.1 200 ");
    writing.get(20, TimeUnit.SECONDS);
    upstream.leave();
  }

  private static void awaitNoMore(AtomicLong written) throws Exception {
    Eventually.holds("some is taken", () -> written.get() > 0);
    long before = 0;
    while (written.get() != before) {
      before = written.get();
      TimeUnit.MILLISECONDS.sleep(100); // nothing tells of what does not happen
    }
  }

  /** The connection that is made instead of one that the server has closed has the number of that one. */
  @Test
  void request_whoseIdleConnectionEndsJustThen_getsANewOne() throws Exception {
    assumeTrue(engine == Engine.LANE && transport != SocketTransport.NIO); // others cannot ask
    RawClient client = scene.client();
    for (int round = 0; round < ROUNDS; round++) {
      RawClient first = idleConnection(client);
      scene.settle();
      String request = "POST /s/x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
      scene.gateway.standing(() -> {
        client.send(request);
        first.leave();
        return request;
      });
      try (RawClient second = scene.accept()) {
        second.until("\r\n\r\nabc");
        second.send(Scene.bytes("HTTP/1.1 200 OK|Connection: close|Content-Length: 3||yes"));
        assertThat(client.response()).endsWith("yes");
      }
    }
  }
}
