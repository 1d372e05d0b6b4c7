package dev.lblc.gateway;

import dev.lblc.gateway.RandomMessage.Framing;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server that answers as its requests ask, by their headers, in pieces of any size, and notes each request that is not octet for
 * octet what its headers say. Safe for use by several threads.
 */
final class RandomServer implements AutoCloseable {
  private final ServerSocket server;
  private final Random seeds;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger broken = new AtomicInteger();
  private final AtomicInteger atWork = new AtomicInteger();
  private final List<String> faults = new ArrayList<>();

  RandomServer(long seed) throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    seeds = new Random(seed);
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  synchronized List<String> faults() {
    return List.copyOf(faults);
  }

  /** How many connections were closed within an answer. */
  int broken() {
    return broken.get();
  }

  boolean isIdle() {
    return atWork.get() == 0;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        sockets.add(socket);
        Random random = new Random(seeds.nextLong());
        start(() -> serve(socket, random));
      } catch (IOException e) {
        return; // closed by the test
      }
    }
  }

  private void serve(Socket socket, Random random) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      boolean isKept = true;
      while (isKept) {
        List<String> head = RandomMessage.readHead(in);
        if (head == null) {
          return;
        }
        atWork.incrementAndGet();
        try {
          isKept = serve(head, in, out, random);
        } finally {
          atWork.decrementAndGet();
        }
      }
      socket.shutdownOutput();
      in.transferTo(
          OutputStream
              .nullOutputStream()); // closed with something unread, the socket would be reset
    } catch (SocketException e) { // the gateway has closed it
      broken.incrementAndGet();
    } catch (IOException | RuntimeException e) {
      if (!server.isClosed()) {
        note(e.toString());
      }
    } finally {
      sockets.remove(socket);
    }
  }

  /** Serves a request. Returns whether the connection goes on. */
  private boolean serve(List<String> head, InputStream in, OutputStream out, Random random)
      throws IOException {
    String wanted = RandomMessage.header(head, "x-answer");
    if (wanted == null) {
      throw new IOException("no X-Answer: " + head);
    }
    String[] words = wanted.split(" ", -1);
    boolean isEarly = words[3].equals("early");
    if (!isEarly) {
      check(RandomMessage.read(head, RandomMessage.framing(head, Framing.NONE), in));
    }
    Framing framing = Framing.valueOf(words[1]);
    byte[] body = RandomMessage.octets(Long.parseLong(words[2]));
    List<String> trailers = words[4].isEmpty() ? List.of() : List.of("X-Sum: " + words[4]);
    boolean isKept = framing != Framing.UNTIL_CLOSE && !isEarly && !words[5].equals("close");
    StringBuilder start = new StringBuilder();
    int interim = Integer.parseInt(words[6]);
    for (int i = 0; i < interim; i++) {
      start.append(new String[] {
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 102 Processing\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
          }
          [i % 3]);
    }
    boolean isOld = words[7].equals("old");
    start
        .append("HTTP/1.")
        .append(isOld ? 0 : 1)
        .append(' ')
        .append(words[0])
        .append(" Some Words\r\n");
    if (framing == Framing.CHUNKED) {
      start.append("Transfer-Encoding: chunked\r\n");
    } else if (framing == Framing.LENGTH) {
      start.append("content-length: ").append(body.length).append("\r\n");
    }
    if (isOld) {
      isKept = false;
    } else if (!isKept) {
      start.append("Connection: close\r\n");
    }
    start.append("X-Seed: ").append(words[2]).append("\r\n\r\n");
    boolean hasBody = !head.get(0).startsWith("HEAD ") && !words[0].matches("204|304");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(start.toString().getBytes(StandardCharsets.ISO_8859_1));
    if (hasBody) {
      all.writeBytes(RandomMessage.framed(body, framing, trailers, random));
    }
    RandomMessage.write(all.toByteArray(), out, random);
    return isKept;
  }

  private void check(RandomMessage request) {
    String seed = RandomMessage.header(request.head(), "x-seed");
    String body = seed == null ? "" : RawClient.text(RandomMessage.octets(Long.parseLong(seed)));
    String target = RandomMessage.header(request.head(), "x-target");
    if (!body.equals(request.body())) {
      note("another body: " + request.head() + ": " + request.body().length() + " of "
          + body.length());
    }
    if (!request.head().get(0).equals(target + " HTTP/1.1")) {
      note("another first line: " + request.head());
    }
    String sum = RandomMessage.header(request.head(), "x-sum-wanted");
    List<String> trailers = sum == null ? List.of() : List.of("X-Sum: " + sum);
    if (!trailers.equals(request.trailers())) {
      note("other trailers: " + request.trailers() + " for " + trailers);
    }
  }

  private synchronized void note(String fault) {
    faults.add(fault);
  }

  private static void start(Runnable what) {
    Thread thread = new Thread(what, "random server");
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
