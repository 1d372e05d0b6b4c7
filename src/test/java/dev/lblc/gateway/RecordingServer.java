package dev.lblc.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A server that reads by the letter, notes each request and answers it with 200 and its number. It ends a connection on which
 * something came that no sender may send, and notes that, too. Safe for use by several threads.
 */
final class RecordingServer implements AutoCloseable {
  /** The header of an answer that has the number of its request. */
  static final String NUMBER = "X-Number";

  /** A request that was answered with this number. */
  record Arrived(String number, StrictRequest request) {}

  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Set<Socket> busy = ConcurrentHashMap.newKeySet();
  private final List<Arrived> arrived = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final List<String> cut = new ArrayList<>();
  private int count;

  RecordingServer() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Returns whether all requests that have begun to come have come to their end. */
  boolean isQuiet() {
    return busy.isEmpty();
  }

  /** Returns the requests since the last call. */
  synchronized List<Arrived> takeArrived() {
    return taken(arrived);
  }

  /** Returns what came since the last call that no sender may send. */
  synchronized List<String> takeViolations() {
    return taken(violations);
  }

  /** Returns what ended in the middle since the last call. */
  synchronized List<String> takeCut() {
    return taken(cut);
  }

  private static <T> List<T> taken(List<T> list) {
    List<T> all = List.copyOf(list);
    list.clear();
    return all;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        sockets.add(socket);
        start(() -> serve(socket));
      } catch (IOException e) {
        return; // closed by the test
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      int first;
      while ((first = in.read()) >= 0) {
        busy.add(socket);
        StrictRequest request = StrictRequest.read(first, in);
        String answer = answer(request);
        busy.remove(socket);
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
      }
    } catch (StrictRequest.Violation e) {
      note(violations, e);
    } catch (IOException e) {
      if (busy.contains(socket)) {
        note(cut, e);
      }
    } finally {
      busy.remove(socket);
      sockets.remove(socket);
    }
  }

  private synchronized String answer(StrictRequest request) {
    String number = String.valueOf(++count);
    arrived.add(new Arrived(number, request));
    String head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + NUMBER + ": " + number + "\r\n\r\n";
    return request.line().startsWith("HEAD ") ? head : head + "ok";
  }

  private synchronized void note(List<String> where, IOException what) {
    where.add(String.valueOf(what.getMessage()));
  }

  private static void start(Runnable what) {
    Thread thread = new Thread(what, "recording server");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
