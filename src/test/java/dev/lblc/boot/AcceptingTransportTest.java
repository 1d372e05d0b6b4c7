package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.lblc.config.SocketTransport;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.transport.Transport;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class AcceptingTransportTest {
  private static final int LOOPS = 2;
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

  private final AtomicInteger port = new AtomicInteger();
  private final Set<Thread> serving = ConcurrentHashMap.newKeySet();

  /** Instances that share one socket, as those of a listener do. */
  private final class Instance extends AbstractVerticle {
    @Override
    public void start(Promise<Void> started) {
      Future<HttpServer> listening = vertx
          .createHttpServer()
          .requestHandler(request -> {
            serving.add(Thread.currentThread());
            request.response().end("here");
          })
          .listen(-1, "127.0.0.1");
      listening.onSuccess(server -> port.set(server.actualPort()));
      listening.<Void>mapEmpty().onComplete(started);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void connections_areAcceptedByTheLoops_whichShareThem(SocketTransport wanted) throws Exception {
    Transport transport = available(wanted);
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Vertx vertx = Vertx.builder()
        .with(new VertxOptions().setEventLoopPoolSize(LOOPS))
        .withTransport(transport)
        .build();
    try {
      vertx
          .deployVerticle(Instance::new, new DeploymentOptions().setInstances(LOOPS))
          .await(20, SECONDS);
      for (int i = 0; i < 2 * LOOPS; i++) {
        assertThat(ask()).endsWith("here");
      }
      Set<Thread> own = new HashSet<>(Thread.getAllStackTraces().keySet());
      own.removeAll(before);
      assertThat(own).extracting(Thread::getName).noneMatch(name -> name.contains("acceptor"));
      assertThat(serving).hasSize(LOOPS).isSubsetOf(own);
    } finally {
      vertx.close().await(20, SECONDS);
    }
  }

  private static Transport available(SocketTransport wanted) {
    try {
      Transport transport = Transports.choose(wanted);
      assertThat(transport).isInstanceOf(AcceptingTransport.class);
      return Objects.requireNonNull(transport);
    } catch (StartException e) {
      return abort(e.getMessage());
    }
  }

  private String ask() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.get())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
