package dev.lblc.gateway.net;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class PortReleaseTest {
  private final Vertx vertx = Vertx.vertx();
  private final AtomicBoolean isClosed = new AtomicBoolean();

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  void of_aPortThatIsListenedOn_waitsUntilItIsClosed() throws Exception {
    ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Future<Boolean> closed = PortRelease.of(
            vertx, (InetSocketAddress) listening.getLocalSocketAddress())
        .map(released -> isClosed.get());
    vertx.timer(50).await(10, SECONDS);
    isClosed.set(true);
    listening.close();
    assertThat(closed.await(10, SECONDS)).isTrue();
  }

  @Test
  void of_aPortWithConnectionsAndNoListener_completes() throws Exception {
    ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    InetSocketAddress address = (InetSocketAddress) listening.getLocalSocketAddress();
    try (Socket client = new Socket(address.getAddress(), address.getPort());
        Socket accepted = listening.accept()) {
      listening.close();
      PortRelease.of(vertx, address).await(10, SECONDS);
      assertThat(client.isConnected() && accepted.isConnected()).isTrue();
      new ServerSocket(address.getPort(), 1, address.getAddress()).close();
    }
  }

  @Test
  void ofServers_ofAServerOfVertx_waitsUntilItIsClosed() throws Exception {
    HttpServer server = vertx.createHttpServer().requestHandler(request -> {});
    server.listen(-1, "127.0.0.1").await(10, SECONDS);
    int port = server.actualPort();
    Future<Boolean> closed =
        PortRelease.ofServers(vertx, "127.0.0.1", -1, port, false).map(released -> isClosed.get());
    vertx.timer(50).await(10, SECONDS);
    isClosed.set(true);
    server.close().await(10, SECONDS);
    assertThat(closed.await(10, SECONDS)).isTrue();
    new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
  }

  @Test
  void isShared_besideASocketThatListens_isSoIfThatSharesItsPort() throws Exception {
    try (ServerSocketChannel listening = ServerSocketChannel.open()) {
      Assumptions.assumeTrue(
          listening.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT));
      listening.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      InetSocketAddress address = (InetSocketAddress) listening.getLocalAddress();
      assertThat(PortRelease.isShared(address)).isTrue();
      assertThat(PortRelease.isFree(address)).isFalse();
    }
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(PortRelease.isShared((InetSocketAddress) listening.getLocalSocketAddress()))
          .isFalse();
    }
  }
}
