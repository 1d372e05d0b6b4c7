package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.gateway.RandomMessage.Framing;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** One connection of a client: some requests, one after another or all at once, and the check of each answer. */
final class RandomSession {
  private static final List<Framing> FRAMINGS =
      List.of(Framing.LENGTH, Framing.CHUNKED, Framing.UNTIL_CLOSE);
  private static final int PATIENCE_MILLIS = 20_000;

  private final Random random;
  private final boolean isStrict;
  private final String name;

  /** A request, a character for each octet, and what has to come of it. */
  private record Exchanged(
      String method,
      boolean isOld,
      String octets,
      String status,
      long seed,
      String sum,
      boolean isLast) {}

  /** A reader that takes its time. */
  private static final class Slowly extends FilterInputStream {
    private final Random random;

    Slowly(InputStream in, Random random) {
      super(in);
      this.random = random;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      try {
        TimeUnit.MICROSECONDS.sleep(random.nextInt(2_000));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return super.read(into, from, Math.min(length, 1 + random.nextInt(8_000)));
    }
  }

  /** {@code isStrict}: trailers of requests, and the ends of a client's side, are what the gateway passes on. */
  RandomSession(Random random, boolean isStrict, String name) {
    this.random = random;
    this.isStrict = isStrict;
    this.name = name;
  }

  /**
   * Runs the session. Returns false if the gateway took the end of the client's side for that of the connection, as it does if that
   * end comes late, which a busy machine may bring about; and what was answered by then was right.
   */
  boolean run(int port) throws Exception {
    int count = 1 + random.nextInt(6);
    boolean isPipelined = random.nextInt(3) == 0;
    boolean isSlow = random.nextInt(4) == 0;
    boolean endsItsSide = isPipelined && isStrict && random.nextBoolean();
    List<Exchanged> exchanges = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      exchanges.add(exchange(i == count - 1));
    }
    try (Socket socket = new Socket()) {
      if (isSlow) {
        socket.setReceiveBufferSize(4096);
      }
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      InputStream raw = socket.getInputStream();
      InputStream in = new BufferedInputStream(isSlow ? new Slowly(raw, random) : raw);
      if (isPipelined) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        exchanges.forEach(exchange -> all.writeBytes(bytes(exchange.octets())));
        RandomMessage.write(all.toByteArray(), socket.getOutputStream(), random);
        if (endsItsSide) {
          socket.shutdownOutput();
        }
      }
      for (int i = 0; i < count; i++) {
        Exchanged exchange = exchanges.get(i);
        if (!isPipelined) {
          RandomMessage.write(bytes(exchange.octets()), socket.getOutputStream(), random);
        }
        boolean isLast;
        try {
          isLast = check(exchange, in);
        } catch (IOException e) {
          if (endsItsSide) {
            return false;
          }
          throw e;
        }
        assertThat(isLast && i < count - 1).as(name).isFalse();
      }
      if (exchanges.get(count - 1).isLast()) {
        assertThat(in.read()).as(name + ": behind the last answer").isEqualTo(-1);
      }
      return true;
    }
  }

  private static byte[] bytes(String octets) {
    return octets.getBytes(StandardCharsets.ISO_8859_1);
  }

  private Exchanged exchange(boolean isLast) {
    boolean isOld = isLast && random.nextInt(4) == 0;
    boolean isClosing = isLast && (isOld || random.nextInt(3) == 0);
    boolean hasBody = random.nextInt(3) == 0;
    String method = hasBody
        ? List.of("POST", "PUT", "PATCH").get(random.nextInt(3))
        : List.of("GET", "GET", "HEAD", "DELETE", "OPTIONS").get(random.nextInt(5));
    Framing framing =
        !hasBody ? Framing.NONE : isOld || random.nextBoolean() ? Framing.LENGTH : Framing.CHUNKED;
    long bodySeed = random.nextLong();
    byte[] body = RandomMessage.octets(bodySeed);
    String status =
        random.nextInt(6) == 0 ? List.of("204", "304", "404", "500").get(random.nextInt(4)) : "200";
    boolean isOldServer = random.nextInt(8) == 0;
    Framing answered = FRAMINGS.get(random.nextInt(FRAMINGS.size()));
    if (isOldServer && answered == Framing.CHUNKED) {
      answered = Framing.LENGTH;
    }
    String sum = answered == Framing.CHUNKED && random.nextBoolean() ? "1" + random.nextInt(9) : "";
    String requestSum = isStrict && framing == Framing.CHUNKED && random.nextBoolean()
        ? "2" + random.nextInt(9)
        : "";
    long seed = random.nextLong();
    String target = "/s/" + Long.toHexString(random.nextLong()) + "?q=" + random.nextInt(100);
    StringBuilder head = new StringBuilder()
        .append(method)
        .append(' ')
        .append(target)
        .append(" HTTP/1.")
        .append(isOld ? 0 : 1)
        .append("\r\n")
        .append("Host: h\r\n")
        .append("X-Target: ")
        .append(method)
        .append(' ')
        .append(target)
        .append("\r\n")
        .append("X-Answer: ")
        .append(String.join(
            " ",
            status,
            answered.name(),
            Long.toString(seed),
            // Vert.x's engine may close under a client that still sends, if the client wants it
            // closed.
            hasBody && (isStrict || !isClosing) && random.nextInt(6) == 0 ? "early" : "whole",
            sum,
            random.nextInt(6) == 0 ? "close" : "keep",
            Integer.toString(isOldServer ? 0 : Math.max(0, random.nextInt(8) - 4)),
            isOldServer ? "old" : "new"))
        .append("\r\n");
    if (hasBody) {
      head.append("X-Seed: ").append(bodySeed).append("\r\n");
      head.append(
          framing == Framing.CHUNKED
              ? "Transfer-Encoding: chunked\r\n"
              : "Content-Length: " + body.length + "\r\n");
    }
    if (!requestSum.isEmpty()) {
      head.append("X-Sum-Wanted: ").append(requestSum).append("\r\n");
    }
    if (isClosing && !isOld) {
      head.append("Connection: close\r\n");
    }
    if (random.nextInt(5) == 0) {
      head.append("X-Long: ").append("x".repeat(random.nextInt(5000))).append("\r\n");
    }
    head.append("\r\n");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    List<String> trailers = requestSum.isEmpty() ? List.of() : List.of("X-Sum: " + requestSum);
    all.writeBytes(RandomMessage.framed(body, framing, trailers, random));
    return new Exchanged(
        method, isOld, RawClient.text(all.toByteArray()), status, seed, sum, isClosing);
  }

  /** Reads and checks an answer. Returns whether the gateway has said that it is the last. */
  private boolean check(Exchanged exchange, InputStream in) throws IOException {
    String octets = exchange.octets();
    String what = name + ": " + octets.substring(0, Math.min(300, octets.length()));
    List<String> head = RandomMessage.readHead(in);
    while (head != null && head.get(0).matches("HTTP/1\\.1 1[0-9][0-9] .*")) {
      assertThat(exchange.isOld()).as(what).isFalse();
      head = RandomMessage.readHead(in);
    }
    if (head == null) {
      throw new IOException("no answer");
    }
    assertThat(head.get(0)).as(what + head).matches("HTTP/1\\.[01] " + exchange.status() + " .*");
    assertThat(RandomMessage.header(head, "x-seed"))
        .as(what)
        .isEqualTo(Long.toString(exchange.seed()));
    boolean hasBody = !exchange.method().equals("HEAD") && !exchange.status().matches("204|304");
    Framing framing = hasBody ? RandomMessage.framing(head, Framing.UNTIL_CLOSE) : Framing.NONE;
    if (hasBody && !exchange.isOld()) {
      assertThat(framing).as(what + head).isNotEqualTo(Framing.UNTIL_CLOSE);
    }
    RandomMessage answer = RandomMessage.read(head, framing, in);
    String wanted = hasBody ? RawClient.text(RandomMessage.octets(exchange.seed())) : "";
    assertThat(answer.body().length()).as(what + head).isEqualTo(wanted.length());
    assertThat(answer.body().equals(wanted)).as(what + head).isTrue();
    if (framing == Framing.CHUNKED) {
      assertThat(answer.trailers())
          .as(what + head)
          .isEqualTo(exchange.sum().isEmpty() ? List.of() : List.of("X-Sum: " + exchange.sum()));
    }
    String connection = RandomMessage.header(head, "connection");
    return "close".equals(connection);
  }
}
