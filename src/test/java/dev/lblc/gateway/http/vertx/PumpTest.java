package dev.lblc.gateway.http.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PumpTest {
  private final FakeSocket from = new FakeSocket();
  private final FakeSocket to = new FakeSocket();
  private final List<String> events = new ArrayList<>();
  private int bytes;

  @Test
  void data_goesThroughUntilTheDestinationIsFull() {
    start();
    from.receive("a");
    to.full = true;
    from.receive("bc");
    from.receive("d");
    assertThat(to.written).containsExactly("a", "bc");
    to.full = false;
    to.fire("drainHandler");
    assertThat(to.written).containsExactly("a", "bc", "d");
    assertThat(bytes).isEqualTo(4);
  }

  @Test
  void end_ofAHeldBackSource_passesOnTheRestFirst() {
    start();
    to.full = true;
    from.receive("a");
    from.receive("b");
    from.fire("exceptionHandler");
    assertThat(to.written).containsExactly("a", "b");
    assertThat(events).containsExactly("end after 2");
  }

  @Test
  void end_ofASource_waitsForTheLastWrite() {
    Promise<Void> last = Promise.promise();
    to.writing = last.future();
    start();
    from.receive("a");
    from.fire("endHandler");
    assertThat(events).isEmpty();
    last.complete();
    assertThat(events).containsExactly("end after 1");
  }

  @Test
  void end_reportedInSeveralWays_isOneEnd() {
    start();
    from.fire("endHandler");
    from.fire("exceptionHandler");
    from.fire("closeHandler");
    assertThat(events).containsExactly("end after 0");
  }

  private void start() {
    new Pump(from.socket, to.socket, more -> bytes += more, null)
        .start(Buffer.buffer(), () -> events.add("end after " + to.written.size()));
  }

  /** A socket that keeps what arrives while it is paused, as Vert.x's do. */
  private static final class FakeSocket {
    private final Map<String, Handler<Object>> handlers = new HashMap<>();
    private final Deque<Buffer> waiting = new ArrayDeque<>();
    private final List<String> written = new ArrayList<>();
    private boolean paused = true;
    private boolean full;
    private Future<Void> writing = Future.succeededFuture();

    @SuppressWarnings("unchecked")
    private final NetSocket socket = (NetSocket) Proxy.newProxyInstance(
        NetSocket.class.getClassLoader(),
        new Class<?>[] {NetSocket.class},
        (proxy, method, arguments) -> {
          return switch (method.getName()) {
            case "writeQueueFull" -> full;
            case "write" -> {
              written.add(arguments[0].toString());
              yield writing;
            }
            case "pause" -> {
              paused = true;
              yield proxy;
            }
            case "resume" -> {
              paused = false;
              deliver();
              yield proxy;
            }
            default -> {
              handlers.put(method.getName(), (Handler<Object>) arguments[0]);
              yield proxy;
            }
          };
        });

    void receive(String text) {
      waiting.add(Buffer.buffer(text));
      deliver();
    }

    void fire(String handler) {
      Handler<Object> known = handlers.get(handler);
      assertThat(known).as(handler).isNotNull();
      if (known != null) {
        known.handle(null);
      }
    }

    private void deliver() {
      Handler<Object> handler = handlers.get("handler");
      while (handler != null && !paused && !waiting.isEmpty()) {
        handler.handle(waiting.remove());
      }
    }
  }
}
