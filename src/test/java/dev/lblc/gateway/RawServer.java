package dev.lblc.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** A server whose connections the test serves itself, one by one. */
final class RawServer implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final ServerSocket socket;

  RawServer() throws IOException {
    this(0);
  }

  /** Its connections take so many bytes that it does not read; 0: as many as the kernel likes. */
  RawServer(int receiveBuffer) throws IOException {
    socket = new ServerSocket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    socket.setSoTimeout(PATIENCE_MILLIS);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** The next connection. */
  RawClient accept() throws IOException {
    return new RawClient(take());
  }

  /** The same, as the socket that it is. */
  Socket take() throws IOException {
    return socket.accept();
  }

  /** Whether there is another connection, made before now. */
  boolean hasMore() throws IOException {
    socket.setSoTimeout(1);
    try {
      socket.accept().close();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      socket.setSoTimeout(PATIENCE_MILLIS);
    }
  }

  /** Closes the connections that nobody has taken yet. */
  void drop() throws IOException {
    socket.setSoTimeout(1);
    try {
      while (true) {
        socket.accept().close();
      }
    } catch (SocketTimeoutException e) {
      socket.setSoTimeout(PATIENCE_MILLIS); // there are no more
    }
  }

  /** Takes no more connections; those that there are go on. */
  void refuse() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
