package dev.lblc.gateway;

import static dev.lblc.gateway.WebSocketCase.failed;
import static dev.lblc.gateway.WebSocketCase.ok;
import static dev.lblc.gateway.WebSocketFrames.CONTINUATION;
import static dev.lblc.gateway.WebSocketFrames.FIN;
import static dev.lblc.gateway.WebSocketFrames.TEXT;
import static dev.lblc.gateway.WebSocketFrames.frame;
import static dev.lblc.gateway.WebSocketFrames.isUtf8;
import static dev.lblc.gateway.WebSocketFrames.utf8;

import dev.lblc.gateway.WebSocketFrames.Event;
import java.util.ArrayList;
import java.util.List;

/** The cases of UTF-8, in the order of the Autobahn test suite: text that is UTF-8 comes back, other text ends the WebSocket. */
final class WebSocketTextCases {
  private static final String WORD = utf8("\u03ba\u1f79\u03c3\u03bc\u03b5");
  private static final String WISH =
      utf8("Hello-\u00b5@\u00df\u00f6\u00e4\u00fc\u00e0\u00e1-UTF-8!!");

  private final List<WebSocketCase> cases = new ArrayList<>();

  private WebSocketTextCases() {}

  static List<WebSocketCase> all() {
    WebSocketTextCases all = new WebSocketTextCases();
    all.fragments();
    all.beginnings();
    all.boundaries();
    all.malformed();
    all.codePoints();
    return all.cases;
  }

  private void add(String name, String... parts) {
    String whole = String.join("", parts);
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < parts.length; i++) {
      int first = (i == 0 ? TEXT : CONTINUATION) | (i == parts.length - 1 ? FIN : 0);
      frames.add(frame(first, parts[i]));
    }
    cases.add(
        isUtf8(whole)
            ? ok("6 " + name, frames, new Event(TEXT, whole))
            : failed("6 " + name, frames));
  }

  private void fragments() {
    String broken = WORD + "\355\240\200edited";
    add("empty", "");
    add("three empty fragments", "", "", "");
    add("empty fragments around one", "", "middle", "");
    add("text", WISH);
    add("two fragments", WISH.substring(0, 6), WISH.substring(6));
    add("a fragment for each octet", WISH.split(""));
    add("a fragment for each octet of a word", WORD.split(""));
    add("no UTF-8", broken);
    add("no UTF-8, a fragment for each octet", broken.split(""));
    add("too large in the first fragment", WORD + "\364\220\200\200", "edited");
    add("too large across fragments", WORD + "\364", "\220", "\200\200edited");
    add("fault in the last fragment", WORD, "\364\220\200\200edited");
    cases.add(failed("6 fault", List.of(frame(FIN | TEXT, broken))).chopped(1));
    cases.add(
        ok("6 text", List.of(frame(FIN | TEXT, WISH)), new Event(TEXT, WISH)).chopped(1));
    for (String text : List.of("Hello", "A\u2262\u0391.", "\ud55c\uad6d\uc5b4")) {
      add("words " + text.length(), utf8(text));
    }
    add("characters of four octets", utf8("\ud843\udcfc\ud84c\udfb4"));
    add("a mark of the order of octets", utf8("\ufeffA"));
  }

  private void beginnings() {
    for (int length = 1; length <= WORD.length(); length++) {
      add("the first " + length + " octets of a word", WORD.substring(0, length));
    }
  }

  private void boundaries() {
    for (String first : List.of("\0", "\302\200", "\340\240\200", "\360\220\200\200")) {
      add("the first of " + first.length() + " octets", first);
    }
    for (String last : List.of("\177", "\337\277", "\357\277\277", "\364\217\277\277")) {
      add("the last of " + last.length() + " octets", last);
    }
    for (String beyond : List.of(
        "\370\210\200\200\200",
        "\374\204\200\200\200\200",
        "\367\277\277\277",
        "\373\277\277\277\277",
        "\375\277\277\277\277\277",
        "\364\220\200\200")) {
      add("beyond the last, " + beyond.length() + " octets, " + (int) beyond.charAt(0), beyond);
    }
    for (String near : List.of("\355\237\277", "\356\200\200", "\357\277\275")) {
      add("near the gaps " + (int) near.charAt(1), near);
    }
  }

  private void malformed() {
    String continuations = "\200\277".repeat(4);
    for (int length = 1; length <= 8; length++) {
      add(length + " continuations alone", continuations.substring(0, length));
    }
    StringBuilder all = new StringBuilder();
    for (char c = '\200'; c <= '\277'; c++) {
      all.append(c);
    }
    add("all continuations", all.toString());
    int[][] starts = {{0xc0, 0xdf}, {0xe0, 0xef}, {0xf0, 0xf7}, {0xf8, 0xfb}, {0xfc, 0xfd}};
    for (int[] range : starts) {
      StringBuilder lonely = new StringBuilder();
      for (int c = range[0]; c <= range[1]; c++) {
        lonely.append((char) c).append(' ');
      }
      add("beginnings alone, from " + range[0], lonely.toString());
    }
    List<String> cut = List.of(
        "\300",
        "\340\200",
        "\360\200\200",
        "\370\200\200\200",
        "\374\200\200\200\200",
        "\337",
        "\357\277",
        "\367\277\277",
        "\373\277\277\277",
        "\375\277\277\277\277");
    for (String each : cut) {
      add("without its last octet: " + (int) each.charAt(0), each);
    }
    add("all of them", String.join("", cut));
    for (String impossible : List.of("\376", "\377", "\376\376\377\377")) {
      add("octets that never come " + impossible.length() + (int) impossible.charAt(0), impossible);
    }
    for (String slash : List.of(
        "\300\257",
        "\340\200\257",
        "\360\200\200\257",
        "\370\200\200\200\257",
        "\374\200\200\200\200\257")) {
      add("a slash in " + slash.length() + " octets", slash);
    }
    for (String most : List.of(
        "\301\277",
        "\340\237\277",
        "\360\217\277\277",
        "\370\207\277\277\277",
        "\374\203\277\277\277\277")) {
      add("the last that is too long in " + most.length() + " octets", most);
    }
    for (String zero : List.of(
        "\300\200",
        "\340\200\200",
        "\360\200\200\200",
        "\370\200\200\200\200",
        "\374\200\200\200\200\200")) {
      add("zero in " + zero.length() + " octets", zero);
    }
    String[] high = {"\355\240\200", "\355\255\277", "\355\256\200", "\355\257\277"};
    String[] low = {"\355\260\200", "\355\276\200", "\355\277\277"};
    for (String each : high) {
      add("half of a pair " + (int) each.charAt(1), each);
    }
    for (String each : low) {
      add("other half of a pair " + (int) each.charAt(1) + (int) each.charAt(2), each);
    }
    for (String one : high) {
      for (String other : new String[] {low[0], low[2]}) {
        add("both halves " + (int) one.charAt(1) + " " + (int) other.charAt(1), one + other);
      }
    }
  }

  private void codePoints() {
    for (int plane = 0; plane <= 16; plane++) {
      for (int last : new int[] {0xfffe, 0xffff}) {
        int point = (plane << 16) | last;
        add("no character " + Integer.toHexString(point), utf8(Character.toString(point)));
      }
    }
    for (int point = 0xfff9; point <= 0xfffd; point++) {
      add("special " + Integer.toHexString(point), utf8(Character.toString(point)));
    }
    add("special feff", utf8("\ufeff"));
    add("special fdd0", utf8("\ufdd0"));
  }
}
