package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.lblc.config.SocketTransport;
import dev.lblc.transport.AcceptingTransport;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.transport.Transport;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class AcceptingTransportTest {
  private static final int LOOPS = 2;
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

  private final AtomicInteger port = new AtomicInteger();
  private final Set<Thread> serving = ConcurrentHashMap.newKeySet();

  /** One of the instances that share a socket, as those of a listener do: they listen once all are there. */
  private final class Instance extends VerticleBase {
    /** Listens on the loop that the instance has. */
    Future<HttpServer> listen() {
      Promise<HttpServer> listening = Promise.promise();
      context.runOnContext(v -> vertx
          .createHttpServer()
          .requestHandler(request -> {
            serving.add(Thread.currentThread());
            request.response().end("here");
          })
          .listen(-1, "127.0.0.1")
          .onComplete(listening));
      return listening.future();
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
      List<Instance> instances = new CopyOnWriteArrayList<>();
      Supplier<Instance> instance = () -> {
        Instance made = new Instance();
        instances.add(made);
        return made;
      };
      vertx
          .deployVerticle(instance, new DeploymentOptions().setInstances(LOOPS))
          .await(20, SECONDS);
      for (Instance each : instances) {
        port.set(each.listen().await(20, SECONDS).actualPort());
      }
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

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void connections_ofTwoThatShareAPort_goToTheNewerOne(SocketTransport wanted) throws Exception {
    Vertx older = Vertx.builder().withTransport(available(wanted)).build();
    Vertx newer = Vertx.builder().withTransport(available(wanted)).build();
    Vertx newest = Vertx.builder().withTransport(available(wanted)).build();
    try {
      HttpServer first = serve(older, "older", 0);
      port.set(first.actualPort());
      assertThat(answers()).containsExactly("older");

      HttpServer second = serve(newer, "newer", port.get());
      assertThat(answers()).containsExactly("newer");
      first.close().await(20, SECONDS);
      assertThat(answers()).containsExactly("newer");

      HttpServer third = serve(newest, "newest", port.get());
      assertThat(answers()).containsExactly("newest");
      third.close().await(20, SECONDS); // as one does that could not start
      assertThat(answers()).containsExactly("newer");
      second.close().await(20, SECONDS);
    } finally {
      for (Vertx vertx : List.of(older, newer, newest)) {
        vertx.close().await(20, SECONDS);
      }
    }
  }

  private static HttpServer serve(Vertx vertx, String answer, int port) throws Exception {
    return vertx
        .createHttpServer(new HttpServerOptions().setReusePort(true))
        .requestHandler(request -> request.response().end(answer))
        .listen(port, "127.0.0.1")
        .await(20, SECONDS);
  }

  /** Returns which answers there are to many connections: the kernel chooses by a hash of their ports. */
  private Set<String> answers() throws Exception {
    Set<String> answers = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      String answer = ask();
      answers.add(answer.substring(answer.lastIndexOf('\n') + 1));
    }
    return answers;
  }

  private static Transport available(SocketTransport wanted) {
    try {
      Transport transport = Transports.choose(wanted, false);
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
