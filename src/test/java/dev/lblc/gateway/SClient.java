package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The client of OpenSSL's command line. */
final class SClient {
  private static final int PATIENCE_SECONDS = 30;

  private SClient() {}

  /** Connects with these options, sends the input, which may be a command, and waits for the server's end; returns all that it says. */
  static String talk(int port, String input, String... options) throws Exception {
    return run(port, input, true, options);
  }

  /** Connects with these options and leaves after the handshake; returns all that it says. */
  static String connect(int port, String... options) throws Exception {
    return run(port, "", false, options);
  }

  private static String run(int port, String input, boolean staysOpen, String... options)
      throws Exception {
    List<String> command =
        new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port));
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      CompletableFuture<String> said = CompletableFuture.supplyAsync(() -> said(process));
      OutputStream in = process.getOutputStream();
      in.write(input.getBytes(StandardCharsets.US_ASCII));
      in.flush();
      if (!staysOpen) {
        in.close();
      }
      String output = said.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as(output).isTrue();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String said(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return String.valueOf(e);
    }
  }
}
