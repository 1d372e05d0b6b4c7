package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that are larger than all the memory a gateway has. {@code -Dlblc.bulk.mib=1024} makes them larger. */
@Tag("alone")
@EnabledIfSystemProperty(
    named = "lblc.bulk.mib",
    matches = "\\d+",
    disabledReason = "it says how large the bodies are; -Plong sets it")
final class BulkIT {
  private static final long BYTES = Integer.getInteger("lblc.bulk.mib", 120) * (1L << 20);

  /** Of the heap, and of what lies outside, in MiB: together less than a body. */
  private static final int MEMORY = 48;

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Test
  void bodies_largerThanAllMemory_passInBothDirections(@TempDir Path folder) throws Exception {
    String memory = MEMORY + "m";
    try (LoadScene scene = new LoadScene(
        folder,
        new JsonObject(),
        "-Xms" + memory,
        "-Xmx" + memory,
        "-XX:MaxDirectMemorySize=" + memory)) {
      scene.get("/warm", 1);
      look("before", scene.gateway.process());
      for (String engine : LoadScene.ENGINES) {
        pass(engine, scene);
      }
      assertThat(scene.gateway.lines("WARN")).isEmpty();
      assertThat(scene.gateway.lines("ERROR")).isEmpty();
      Eventually.holds("nothing counts", () -> scene.counted() == 0);
    }
  }

  private static void pass(String engine, LoadScene scene) throws Exception {
    InetSocketAddress web = scene.node(engine).web();
    try (Socket socket = new Socket(web.getAddress(), web.getPort())) {
      InputStream in = socket.getInputStream();
      byte[] piece = new byte[1 << 16];
      AtomicLong sent = new AtomicLong();
      run(engine + ", upload", scene.gateway.process(), sent, () -> {
        OutputStream out = socket.getOutputStream();
        out.write(ascii(
            "POST /count HTTP/1.1\r\nHost: load.test\r\nContent-Length: " + BYTES + "\r\n\r\n"));
        while (sent.get() < BYTES) {
          int size = (int) Math.min(piece.length, BYTES - sent.get());
          out.write(piece, 0, size);
          sent.addAndGet(size);
        }
        assertThat(HttpSocket.head(in)).startsWith("HTTP/1.1 200 ");
        String count = Long.toString(BYTES);
        assertThat(in.readNBytes(count.length())).isEqualTo(ascii(count));
      });
      AtomicLong received = new AtomicLong();
      run(engine + ", download", scene.gateway.process(), received, () -> {
        socket
            .getOutputStream()
            .write(ascii("GET /bytes/" + BYTES + " HTTP/1.1\r\nHost: load.test\r\n\r\n"));
        assertThat(HttpSocket.head(in)).startsWith("HTTP/1.1 200 ");
        while (received.get() < BYTES) {
          int size = in.read(piece, 0, (int) Math.min(piece.length, BYTES - received.get()));
          if (size < 0) {
            throw new EOFException("after " + received.get());
          }
          received.addAndGet(size);
        }
      });
    }
  }

  /** What a transfer does. */
  private interface Transfer {
    void run() throws IOException;
  }

  /** Runs it, and looks at the gateway's memory half way. */
  private static void run(String what, JavaProcess gateway, AtomicLong done, Transfer transfer)
      throws Exception {
    long start = System.nanoTime();
    CompletableFuture<Void> running = CompletableFuture.runAsync(() -> {
      try {
        transfer.run();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
    Eventually.holds("half", PATIENCE, () -> done.get() >= BYTES / 2 || running.isDone());
    look(what, gateway);
    running.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    System.out.printf(
        "BulkIT: %s: %d MiB in %.1f s%n", what, BYTES >> 20, (System.nanoTime() - start) / 1e9);
  }

  private static void look(String when, JavaProcess gateway) throws Exception {
    int resident = gateway.residentMib();
    System.out.printf(
        "BulkIT: %s: %d MiB of heap after a collection, %d MiB resident%n",
        when, gateway.heapMib(), resident);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
