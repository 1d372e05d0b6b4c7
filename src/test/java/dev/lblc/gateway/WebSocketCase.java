package dev.lblc.gateway;

import static dev.lblc.gateway.WebSocketFrames.CLOSE;
import static dev.lblc.gateway.WebSocketFrames.FIN;
import static dev.lblc.gateway.WebSocketFrames.close;
import static dev.lblc.gateway.WebSocketFrames.frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.gateway.WebSocketFrames.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a client of a WebSocket sends, and what it is to see of a server that sends messages back.
 *
 * @param name of the case
 * @param writes what is sent, each in a write of its own
 * @param events what the server says before the end
 * @param fails whether the server has to give up, with a Close frame or without; it may have said less before
 * @param extensions that the client offers; empty: none
 */
record WebSocketCase(
    String name, List<byte[]> writes, List<Event> events, boolean fails, String extensions) {
  private static final int MOST_CODE = 4999;
  private static final int LEAST_CODE = 1000;

  /** Returns a case that goes well, and that the client ends by a Close frame. */
  static WebSocketCase ok(String name, List<byte[]> frames, Event... events) {
    String code = close(LEAST_CODE, "");
    List<byte[]> writes = new ArrayList<>(frames);
    writes.add(frame(FIN | CLOSE, code));
    List<Event> all = new ArrayList<>(Arrays.asList(events));
    all.add(new Event(CLOSE, code));
    return new WebSocketCase(name, writes, all, false, "");
  }

  /** Returns a case that ends by what the client sends in it. */
  static WebSocketCase ended(String name, List<byte[]> frames, Event... events) {
    return new WebSocketCase(name, frames, List.of(events), false, "");
  }

  /** Returns a case in which the client breaks a rule. */
  static WebSocketCase failed(String name, List<byte[]> frames, Event... events) {
    return new WebSocketCase(name, frames, List.of(events), true, "");
  }

  /** Returns the case with all that is sent in pieces of so many octets. */
  WebSocketCase chopped(int size) {
    List<byte[]> pieces = new ArrayList<>();
    for (byte[] write : writes) {
      for (int from = 0; from < write.length; from += size) {
        pieces.add(Arrays.copyOfRange(write, from, Math.min(write.length, from + size)));
      }
    }
    return new WebSocketCase(name + " in pieces of " + size, pieces, events, fails, extensions);
  }

  /** Returns the case with an offer of compression. */
  WebSocketCase offering(String offer) {
    return new WebSocketCase(name, writes, events, fails, offer);
  }

  /** Checks what the client has got behind the handshake. */
  void check(String octets) {
    List<Event> seen = WebSocketFrames.read(octets, !extensions.isEmpty());
    if (!fails) {
      assertThat(seen).isEqualTo(events);
      return;
    }
    List<Event> before = new ArrayList<>(seen);
    if (!before.isEmpty() && before.get(before.size() - 1).opcode() == CLOSE) {
      String payload = before.remove(before.size() - 1).payload();
      int code = payload.isEmpty() ? LEAST_CODE : (payload.charAt(0) << 8) | payload.charAt(1);
      assertThat(code).isBetween(LEAST_CODE, MOST_CODE);
    }
    assertThat(before).isEqualTo(events.subList(0, Math.min(events.size(), before.size())));
  }

  @Override
  public String toString() {
    return name;
  }
}
