package dev.lblc.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive client that asks for random paths and sometimes goes away in the middle of an answer. It counts what
 * it got: a status, {@code aborted} for its own doing, or what was wrong.
 */
final class LoadClient implements Runnable {
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
  private static final int PATHS = 500;

  private final int port;
  private final Random random;
  private final double abortShare;
  private final AtomicBoolean running;
  private final Map<String, LongAdder> outcomes;
  private @Nullable Socket socket;

  LoadClient(
      int port,
      long seed,
      double abortShare,
      AtomicBoolean running,
      Map<String, LongAdder> outcomes) {
    this.port = port;
    this.random = new Random(seed);
    this.abortShare = abortShare;
    this.running = running;
    this.outcomes = outcomes;
  }

  static Map<String, LongAdder> outcomes() {
    return new ConcurrentHashMap<>();
  }

  @Override
  public void run() {
    while (running.get()) {
      outcomes.computeIfAbsent(exchange(), key -> new LongAdder()).increment();
    }
    close();
  }

  private String exchange() {
    boolean reused = socket != null;
    try {
      Socket open = socket;
      if (open == null) {
        open = new Socket(InetAddress.getLoopbackAddress(), port);
        open.setSoTimeout(20_000);
        open.setTcpNoDelay(true);
        socket = open;
      }
      boolean aborts = random.nextDouble() < abortShare;
      String path =
          (aborts || random.nextInt(4) == 0 ? "/large" : "/small") + random.nextInt(PATHS);
      open.getOutputStream()
          .write(("GET " + path + " HTTP/1.1\r\nHost: load.test\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      if (aborts) {
        int some =
            open.getInputStream().read(new byte[1 + random.nextInt(30_000)]); // what is there
        if (some < 0) {
          close();
          return "reopened";
        }
        if (random.nextBoolean()) {
          open.setSoLinger(true, 0); // a reset in place of an orderly end
        }
        close();
        return "aborted";
      }
      return answer(open.getInputStream());
    } catch (SocketException e) {
      close();
      // A server may end an idle connection at any time; a fresh one has no such excuse.
      return reused ? "reopened" : "fresh connection failed: " + e.getMessage();
    } catch (IOException e) {
      close();
      return "failed: " + e;
    }
  }

  private String answer(InputStream in) throws IOException {
    String head = HttpSocket.head(in);
    if (head.isEmpty()) {
      close();
      return "reopened";
    }
    String status = head.substring(9, 12);
    Matcher length = LENGTH.matcher(head);
    if (!length.find()) {
      close();
      return status + " without a length: " + head;
    }
    int expected = Integer.parseInt(length.group(1));
    byte[] body = in.readNBytes(expected);
    if (head.toLowerCase(Locale.ROOT).contains("\r\nconnection: close") || body.length < expected) {
      close();
    }
    if (body.length < expected) {
      return "cut answer";
    }
    if (status.equals("200")) {
      return status;
    }
    String reason = new String(body, StandardCharsets.US_ASCII).strip();
    return reason.length() > 4 ? status : status + " without a reason";
  }

  private void close() {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      outcomes.computeIfAbsent("close failed: " + e, key -> new LongAdder()).increment();
    }
    socket = null;
  }
}
