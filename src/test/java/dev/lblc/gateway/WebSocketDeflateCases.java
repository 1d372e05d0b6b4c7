package dev.lblc.gateway;

import static dev.lblc.gateway.WebSocketCase.failed;
import static dev.lblc.gateway.WebSocketCase.ok;
import static dev.lblc.gateway.WebSocketFrames.BINARY;
import static dev.lblc.gateway.WebSocketFrames.CONTINUATION;
import static dev.lblc.gateway.WebSocketFrames.FIN;
import static dev.lblc.gateway.WebSocketFrames.PING;
import static dev.lblc.gateway.WebSocketFrames.PONG;
import static dev.lblc.gateway.WebSocketFrames.RSV1;
import static dev.lblc.gateway.WebSocketFrames.TEXT;
import static dev.lblc.gateway.WebSocketFrames.deflated;
import static dev.lblc.gateway.WebSocketFrames.frame;

import dev.lblc.gateway.WebSocketFrames.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;

/** The cases of compressed messages: RFC 7692. */
final class WebSocketDeflateCases {
  private static final String OFFER = "permessage-deflate";
  private static final String FRESH = OFFER + "; client_no_context_takeover";

  private WebSocketDeflateCases() {}

  static List<WebSocketCase> all() {
    List<WebSocketCase> cases = new ArrayList<>();
    for (int opcode : new int[] {TEXT, BINARY}) {
      for (int size : new int[] {16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 128 << 10}) {
        cases.add(messages(opcode, size, 5, OFFER));
      }
      cases.add(messages(opcode, 1 << 10, 5, FRESH));
      cases.add(inFragments(opcode));
    }
    cases.add(ok(
            "12 not compressed in spite of it",
            List.of(frame(FIN | TEXT, "plain")),
            new Event(TEXT, "plain"))
        .offering(OFFER));
    cases.add(
        failed("12 nothing that can be expanded", List.of(frame(FIN | RSV1 | TEXT, "\377\377x")))
            .offering(OFFER));
    return cases;
  }

  private static String message(int size, int number) {
    StringBuilder text = new StringBuilder();
    while (text.length() < size) {
      text.append("{\"id\": ").append(text.length() * 31 + number).append("}, ");
    }
    return text.substring(0, size);
  }

  private static WebSocketCase messages(int opcode, int size, int count, String offer) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    List<byte[]> frames = new ArrayList<>();
    Event[] echoes = new Event[count];
    for (int i = 0; i < count; i++) {
      String message = message(size, i);
      if (offer.equals(FRESH)) {
        deflater.reset();
      }
      frames.add(frame(FIN | RSV1 | opcode, deflated(deflater, message)));
      echoes[i] = new Event(opcode, message);
    }
    deflater.end();
    String name = "12 " + count + " of type " + opcode + ", " + size + " octets, " + offer;
    return ok(name, frames, echoes).offering(offer);
  }

  private static WebSocketCase inFragments(int opcode) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    String message = message(10_000, 0);
    String whole = deflated(deflater, message);
    deflater.end();
    int half = whole.length() / 2;
    List<byte[]> frames = List.of(
        frame(RSV1 | opcode, whole.substring(0, half)),
        frame(FIN | PING, "between"),
        frame(FIN | CONTINUATION, whole.substring(half)));
    return ok(
            "12 type " + opcode + " in fragments",
            frames,
            new Event(PONG, "between"),
            new Event(opcode, message))
        .offering(OFFER);
  }
}
