package dev.lblc.gateway;

import dev.lblc.config.SocketTransport;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Set;
import java.util.TreeSet;

/**
 * A gateway, its servers and its clients where the kernel hands connections to any address over to port {@value #PORT}; prints
 * a line with the destinations that it saw.
 */
public final class TransparentMain {
  /** Where the gateway listens, on the loopback alone: nothing but the kernel's rule leads there. */
  public static final int PORT = 3129;

  private TransparentMain() {}

  /** Connects to each of the arguments, {@code ADDRESS:PORT}. */
  public static void main(String[] args) throws Exception {
    Set<String> seen = new TreeSet<>();
    TestGateway gateway = new TestGateway(SocketTransport.EPOLL);
    try (RawServer server = new RawServer()) {
      gateway
          .service("s", server.port())
          .listener(
              new JsonObject().put("protocol", "tcp").put("port", PORT).put("transparent", true))
          .route(new JsonObject()
              .put("listener", "web")
              .put("service", "s")
              .put("destination", new JsonArray().add("{local.ip}:{local.port}")))
          .start();
      for (String destination : args) {
        int colon = destination.lastIndexOf(':');
        InetAddress address = InetAddress.getByName(destination.substring(0, colon));
        int port = Integer.parseInt(destination.substring(colon + 1));
        try (RawClient client = new RawClient(new Socket(address, port));
            RawClient served = server.accept()) {
          client.send("hello").endOutput();
          served.send(served.rest() + " from " + destination).endOutput();
          if (client.rest().equals("hello from " + destination)
              && gateway.scheduled("s").destination(destination) != null) {
            seen.add(destination);
          }
        }
      }
    } finally {
      gateway.stop();
    }
    System.out.println("seen " + seen);
  }
}
