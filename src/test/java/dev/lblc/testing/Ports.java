package dev.lblc.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Ports where nobody listens, also for processes that cannot tell which free one they took. None of those that a system
 * gives to connections that go out: one of them might take it before the process does.
 */
public final class Ports {
  private static final int LOWEST = 10_000;
  private static final int BEYOND = 32_000;

  private Ports() {}

  /** A port that was free a moment ago: nobody listens there, or not yet. */
  public static int free() throws IOException {
    return free(1).get(0);
  }

  /** Ports that were free a moment ago, all different. */
  public static List<Integer> free(int count) throws IOException {
    Random random = new Random();
    List<ServerSocket> held = new ArrayList<>();
    try {
      while (held.size() < count) {
        int port = LOWEST + random.nextInt(BEYOND - LOWEST);
        try {
          held.add(new ServerSocket(port));
        } catch (BindException e) {
          System.out.println("Ports: " + port + " is taken; another one, then");
        }
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }
}
