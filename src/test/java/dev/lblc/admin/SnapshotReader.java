package dev.lblc.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A reader of {@code /api/v1/stream} on a socket of its own, that reads when it is asked to. */
final class SnapshotReader implements AutoCloseable {
  private final Socket socket;
  private final BufferedReader lines;

  /** Asks; {@code header} is a header line with its end, or empty. */
  SnapshotReader(int port, String header) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    lines =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    socket
        .getOutputStream()
        .write(("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n")
            .getBytes(StandardCharsets.US_ASCII));
  }

  /** Returns the next snapshot. */
  JsonObject next() throws IOException {
    String line = lines.readLine();
    while (!line.startsWith("data: ")) {
      line = lines.readLine();
    }
    return new JsonObject(line.substring("data: ".length()));
  }

  /** Returns whether the gateway sends snapshots to this reader. */
  boolean isTaken() throws IOException {
    return lines.readLine().equals("HTTP/1.1 200 OK");
  }

  /** Reads to the end, which has to be in order: the last chunk. */
  void assertEnds() throws IOException {
    String last = "";
    for (String line = lines.readLine();
        line != null && !line.equals("0");
        line = lines.readLine()) {
      last = line;
    }
    assertThat(lines.readLine()).as("behind the last chunk, after " + last).isEmpty();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
