package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.SocketTransport;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of connections that wait to be accepted when their listener closes. */
final class ListenQueueIT {
  private static final int WAITING = 20;
  private static final String GET = "GET /s/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

  @ParameterizedTest
  @CsvSource({
    "LANE, http, EPOLL, true",
    "LANE, http, EPOLL, false",
    "VERTX, http, EPOLL, true",
    "LANE, tcp, EPOLL, true",
    "LANE, http, IO_URING, true",
    "LANE, http, IO_URING, false",
    "LANE, tcp, IO_URING, true"
  })
  void connections_thatWaitToBeAccepted_areServedAlthoughTheListenerCloses(
      Engine engine, String protocol, SocketTransport transport, boolean hasServed)
      throws Exception {
    TestGateway gateway = new TestGateway(engine, transport);
    try {
      gateway
          .service("s", gateway.http(request -> request.response().end("well")))
          .listener(new JsonObject().put("protocol", protocol))
          .route(new JsonObject().put("listener", "web").put("service", "s"))
          .start();
      int port = gateway.port();
      if (hasServed) {
        assertThat(RawClient.exchange(port, GET)).endsWith("well");
      }
      assertServedAtTheEnd(gateway, port);
      assertThat(RawClient.isRefused(port)).isTrue();
    } finally {
      gateway.stop();
    }
  }

  private static void assertServedAtTheEnd(TestGateway gateway, int port) throws Exception {
    VertxInternal vertx = (VertxInternal) gateway.vertx;
    List<RawClient> clients = new ArrayList<>();
    CountDownLatch goOn = new CountDownLatch(1);
    try {
      // The loops accept themselves: when they go on, the end of the listener is there before they
      // do.
      holdUp(vertx.nettyEventLoopGroup(), goOn);
      for (int i = 0; i < WAITING; i++) {
        clients.add(new RawClient(port).send(GET));
      }
      Future<Void> stopped = gateway.gateway().stop(Duration.ofSeconds(20));
      goOn.countDown();
      for (RawClient client : clients) {
        assertThat(client.rest()).startsWith("HTTP/1.1 200 ").endsWith("well");
        client.close();
      }
      stopped.await(10, SECONDS);
    } finally {
      goOn.countDown();
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  private static void holdUp(EventLoopGroup loops, CountDownLatch goOn) throws Exception {
    List<CountDownLatch> held = new ArrayList<>();
    for (EventExecutor loop : loops) {
      CountDownLatch begun = new CountDownLatch(1);
      held.add(begun);
      loop.execute(() -> {
        begun.countDown();
        awaitQuietly(goOn);
      });
    }
    for (CountDownLatch each : held) {
      each.await();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
