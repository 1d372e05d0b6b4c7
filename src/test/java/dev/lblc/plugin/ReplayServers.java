package dev.lblc.plugin;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Servers {@code s1} to {@code s8}, which accept connections and tell which of them did. Used by one thread. */
final class ReplayServers implements AutoCloseable {
  private static final int COUNT = 8;
  private static final int PATIENCE_MILLIS = 10_000;

  private final Selector selector = Selector.open();
  private final Map<String, ServerSocketChannel> channels = new HashMap<>();

  /** A connection, and who took it. */
  record Accepted(String server, Socket socket) {}

  ReplayServers() throws IOException {
    for (int i = 1; i <= COUNT; i++) {
      ServerSocketChannel channel = ServerSocketChannel.open();
      channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_ACCEPT, "s" + i);
      channels.put("s" + i, channel);
    }
  }

  int port(String server) throws IOException {
    InetSocketAddress address =
        (InetSocketAddress) Objects.requireNonNull(channels.get(server)).getLocalAddress();
    return address.getPort();
  }

  /** The next connection; null if none comes in time. */
  @Nullable
  Accepted accept(Duration within) throws IOException {
    selector.select(within.toMillis());
    for (SelectionKey key : selector.selectedKeys()) {
      selector.selectedKeys().remove(key);
      SocketChannel accepted = ((ServerSocketChannel) key.channel()).accept();
      if (accepted != null) {
        accepted.socket().setSoTimeout(PATIENCE_MILLIS);
        return new Accepted((String) key.attachment(), accepted.socket());
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    for (ServerSocketChannel channel : channels.values()) {
      channel.close();
    }
    selector.close();
  }
}
