package dev.lblc.gateway;

import static dev.lblc.gateway.WebSocketCase.ended;
import static dev.lblc.gateway.WebSocketCase.failed;
import static dev.lblc.gateway.WebSocketCase.ok;
import static dev.lblc.gateway.WebSocketFrames.BINARY;
import static dev.lblc.gateway.WebSocketFrames.CLOSE;
import static dev.lblc.gateway.WebSocketFrames.CONTINUATION;
import static dev.lblc.gateway.WebSocketFrames.FIN;
import static dev.lblc.gateway.WebSocketFrames.PING;
import static dev.lblc.gateway.WebSocketFrames.PONG;
import static dev.lblc.gateway.WebSocketFrames.TEXT;
import static dev.lblc.gateway.WebSocketFrames.close;
import static dev.lblc.gateway.WebSocketFrames.frame;
import static dev.lblc.gateway.WebSocketFrames.utf8;

import dev.lblc.gateway.WebSocketFrames.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The cases of framing, control frames, fragments, closing and sizes, in the order of the Autobahn test suite. */
final class WebSocketCases {
  private static final int[] SIZES = {0, 125, 126, 127, 128, 65_535, 65_536};
  private static final String HELLO = "Hello";

  private final List<WebSocketCase> cases = new ArrayList<>();

  private WebSocketCases() {}

  /** Returns all cases. */
  static List<WebSocketCase> all() {
    WebSocketCases all = new WebSocketCases();
    all.sizes();
    all.pings();
    all.reserved();
    all.fragments();
    all.cases.addAll(WebSocketTextCases.all());
    all.closes();
    all.closeCodes();
    all.limits();
    all.cases.addAll(WebSocketDeflateCases.all());
    return all.cases;
  }

  private void add(WebSocketCase added) {
    cases.add(added);
  }

  private static Event text(String payload) {
    return new Event(TEXT, payload);
  }

  private static Event pong(String payload) {
    return new Event(PONG, payload);
  }

  private static List<byte[]> frames(byte[]... frames) {
    return new ArrayList<>(Arrays.asList(frames));
  }

  private void sizes() {
    for (int opcode : new int[] {TEXT, BINARY}) {
      for (int size : SIZES) {
        String payload = (opcode == TEXT ? "*" : "\376").repeat(size);
        add(ok(
            "1 message of type " + opcode + ", " + size + " octets",
            frames(frame(FIN | opcode, payload)),
            new Event(opcode, payload)));
      }
      String large = (opcode == TEXT ? "*" : "\376").repeat(65_536);
      add(ok(
              "1 message of type " + opcode,
              frames(frame(FIN | opcode, large)),
              new Event(opcode, large))
          .chopped(997));
    }
  }

  private void pings() {
    String most = "\376".repeat(125);
    byte[] hello = frame(FIN | PING, HELLO);
    add(ok("2 empty ping", frames(frame(FIN | PING, "")), pong("")));
    add(ok("2 ping", frames(hello), pong(HELLO)));
    add(ok(
        "2 ping of octets",
        frames(frame(FIN | PING, "\0\377\376\375\0\377")),
        pong("\0\377\376\375\0\377")));
    add(ok("2 longest ping", frames(frame(FIN | PING, most)), pong(most)));
    add(failed("2 ping that is too long", frames(frame(FIN | PING, most + "x"))));
    add(ok("2 longest ping", frames(frame(FIN | PING, most)), pong(most)).chopped(1));
    add(ok("2 pong that nobody has asked for, empty", frames(frame(FIN | PONG, ""))));
    add(ok("2 pong that nobody has asked for", frames(frame(FIN | PONG, HELLO))));
    add(ok("2 pong, then ping", frames(frame(FIN | PONG, "x"), hello), pong(HELLO)));
    List<byte[]> ten = new ArrayList<>();
    List<Event> answers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      ten.add(frame(FIN | PING, "payload-" + i));
      answers.add(pong("payload-" + i));
    }
    add(ok("2 ten pings", ten, answers.toArray(Event[]::new)));
    add(ok("2 ten pings", ten, answers.toArray(Event[]::new)).chopped(1));
  }

  private void reserved() {
    byte[] hello = frame(FIN | TEXT, HELLO);
    byte[] ping = frame(FIN | PING, "");
    for (int bits = 1; bits < 8; bits++) {
      int first = FIN | (bits << 4);
      WebSocketCase each = failed(
          "3 reserved bits " + bits,
          bits < 5
              ? frames(hello, frame(first | TEXT, HELLO), ping)
              : frames(frame(first | (bits == 5 ? BINARY : bits == 6 ? PING : CLOSE), "")),
          text(HELLO));
      add(bits == 3 ? each.chopped(20) : bits == 4 ? each.chopped(1) : each);
    }
    for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
      boolean isFirst = opcode % 8 < 5;
      byte[] odd = frame(FIN | opcode, opcode % 2 == 0 ? "reserved" : "");
      add(failed(
          "4 opcode " + opcode, isFirst ? frames(odd) : frames(hello, odd, ping), text(HELLO)));
    }
  }

  private void fragments() {
    byte[] first = frame(TEXT, "fragment1");
    byte[] last = frame(FIN | CONTINUATION, "fragment2");
    byte[] ping = frame(FIN | PING, "ping");
    byte[] hello = frame(FIN | TEXT, HELLO);
    Event whole = text("fragment1fragment2");
    add(failed("5 ping in fragments", frames(frame(PING, "1"), frame(FIN | CONTINUATION, "2"))));
    add(failed("5 pong in fragments", frames(frame(PONG, "1"), frame(FIN | CONTINUATION, "2"))));
    add(ok("5 text in two fragments", frames(first, last), whole));
    add(ok("5 text in two fragments", frames(first, last), whole).chopped(7));
    add(ok("5 text in two fragments", frames(first, last), whole).chopped(1));
    add(ok("5 ping between fragments", frames(first, ping, last), pong("ping"), whole));
    add(ok("5 ping between fragments", frames(first, ping, last), pong("ping"), whole)
        .chopped(9));
    add(ok("5 ping between fragments", frames(first, ping, last), pong("ping"), whole)
        .chopped(1));
    byte[] more = frame(FIN | CONTINUATION, "non-continuation");
    byte[] open = frame(CONTINUATION, "non-continuation");
    add(failed("5 continuation of nothing", frames(more, hello), text(HELLO)));
    add(failed("5 continuation of nothing", frames(more, hello), text(HELLO)).chopped(11));
    add(failed("5 continuation of nothing", frames(more, hello), text(HELLO)).chopped(1));
    add(failed("5 open continuation of nothing", frames(open, hello), text(HELLO)));
    add(failed("5 open continuation of nothing", frames(open, hello), text(HELLO))
        .chopped(11));
    add(failed("5 open continuation of nothing", frames(open, hello), text(HELLO))
        .chopped(1));
    add(failed("5 continuation behind a whole message", frames(first, last, open, hello), whole));
    byte[] restart = frame(FIN | CONTINUATION, "fragment3");
    add(failed("5 continuations before and behind", frames(open, first, last, open, restart)));
    add(failed("5 last continuations before and behind", frames(more, first, last, more, restart)));
    add(failed("5 text within fragments", frames(first, frame(FIN | TEXT, "fragment2"))));
    byte[] middle = frame(CONTINUATION, "fragment2");
    List<byte[]> five = frames(
        first,
        middle,
        ping,
        frame(CONTINUATION, "fragment3"),
        ping,
        frame(FIN | CONTINUATION, "!"));
    Event[] answers = {pong("ping"), pong("ping"), text("fragment1fragment2fragment3!")};
    add(ok("5 pings between many fragments", five, answers));
    add(ok("5 pings between many fragments", five, answers).chopped(1));
  }

  private void closes() {
    byte[] hello = frame(FIN | TEXT, HELLO);
    String code = close(1000, "");
    byte[] closing = frame(FIN | CLOSE, code);
    Event closed = new Event(CLOSE, code);
    byte[] ping = frame(FIN | PING, "");
    String large = "*".repeat(256 << 10);
    add(ended("7 message, then close", frames(hello, closing), text(HELLO), closed));
    add(ended("7 two closes", frames(closing, closing), closed));
    add(ended("7 ping behind a close", frames(closing, ping), closed));
    add(ended("7 text behind a close", frames(closing, hello), closed));
    add(ended(
        "7 close within fragments",
        frames(frame(TEXT, "fragment1"), closing, frame(FIN | CONTINUATION, "2")),
        closed));
    add(ended(
        "7 large message, then close and ping",
        frames(frame(FIN | TEXT, large), closing, ping),
        text(large),
        closed));
    add(ended("7 close without a code", frames(frame(FIN | CLOSE, "")), new Event(CLOSE, "")));
    add(failed("7 close with half a code", frames(frame(FIN | CLOSE, "a"))));
    for (String reason : List.of("", "Hello World!", "*".repeat(123))) {
      String payload = close(1000, reason);
      add(ended(
          "7 close with a reason of " + reason.length(),
          frames(frame(FIN | CLOSE, payload)),
          new Event(CLOSE, payload)));
    }
    add(failed(
        "7 close that is too long", frames(frame(FIN | CLOSE, close(1000, "*".repeat(124))))));
    add(failed(
        "7 close with a reason that is no UTF-8",
        frames(frame(FIN | CLOSE, close(1000, utf8("\u03ba\u1f79\u03c3") + "\355\240\200e")))));
  }

  private void closeCodes() {
    for (int code :
        new int[] {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}) {
      String payload = close(code, "");
      add(ended(
          "7 close with the code " + code,
          frames(frame(FIN | CLOSE, payload)),
          new Event(CLOSE, payload)));
    }
    for (int code : new int[] {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999}) {
      add(failed("7 close with the code " + code, frames(frame(FIN | CLOSE, close(code, "")))));
    }
  }

  private void limits() {
    for (int opcode : new int[] {TEXT, BINARY}) {
      for (int size : new int[] {64 << 10, 256 << 10}) {
        String payload = "*".repeat(size);
        Event echo = new Event(opcode, payload);
        String name = "9 type " + opcode + ", " + size + " octets";
        add(ok(name, frames(frame(FIN | opcode, payload)), echo));
        for (int part : new int[] {1 << 10, 4 << 10, 64 << 10}) {
          List<byte[]> parts = new ArrayList<>();
          for (int from = 0; from < size; from += part) {
            int first = (from == 0 ? opcode : CONTINUATION) | (from + part >= size ? FIN : 0);
            parts.add(frame(first, payload.substring(from, Math.min(size, from + part))));
          }
          add(ok(name + ", in frames of " + part, parts, echo));
        }
      }
      for (int size : new int[] {0, 16, 64, 256, 1 << 10, 4 << 10}) {
        String payload = "*".repeat(size);
        List<byte[]> many = new ArrayList<>();
        Event[] echoes = new Event[100];
        for (int i = 0; i < echoes.length; i++) {
          many.add(frame(FIN | opcode, payload));
          echoes[i] = new Event(opcode, payload);
        }
        add(ok("9 a hundred messages of type " + opcode + ", " + size + " octets", many, echoes));
      }
    }
    String most = "*".repeat(1 << 20);
    add(ok("9 a MiB", frames(frame(FIN | BINARY, most)), new Event(BINARY, most)));
    String payload = "*".repeat(65_536);
    List<byte[]> odd = new ArrayList<>();
    for (int from = 0; from < payload.length(); from += 1300) {
      int to = Math.min(payload.length(), from + 1300);
      odd.add(frame(
          (from == 0 ? TEXT : CONTINUATION) | (to == payload.length() ? FIN : 0),
          payload.substring(from, to)));
    }
    add(ok("10 a message in frames of 1300 octets", odd, text(payload)));
  }
}
