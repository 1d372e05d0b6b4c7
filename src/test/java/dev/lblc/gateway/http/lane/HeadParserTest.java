package dev.lblc.gateway.http.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HeadParserTest {
  private static final String TOKEN =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  private static final HeadLimits LIMITS = new HeadLimits(100, 200, 5);

  private final HeadParser requests = HeadParser.ofRequests();
  private final HeadParser responses = HeadParser.ofResponses();

  @Test
  void request_isReadWhereItStands() {
    String head = "GET /a?b=c HTTP/1.1|Host: h|X-Empty:|X-Spaced: \t a b \t |x:y||";
    assertThat(read(requests, head))
        .containsExactly("GET", "/a?b=c", "1", "Host=h", "X-Empty=", "X-Spaced=a b", "x=y");
    assertThat(end(requests, head + "POST")).isEqualTo(bytes(head).length);
  }

  @Test
  void response_isReadWhereItStands() {
    assertThat(read(responses, "HTTP/1.0 404 Not  Found|A: 1||"))
        .containsExactly("404", "Not  Found", "0", "A=1");
    assertThat(read(responses, "HTTP/1.1 200 ||")).containsExactly("200", "", "1");
    assertThat(read(responses, "HTTP/1.1 200||")).containsExactly("200", "", "1");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "GET /,MORE",
        "|GET / HTTP/1.1||,DONE",
        "||GET / HTTP/1.1||,LINE_END",
        " GET / HTTP/1.1||,METHOD",
        "G(T / HTTP/1.1||,METHOD",
        "GET  / HTTP/1.1||,TARGET",
        "GET / HTTP/1.1 ||,LINE_END",
        "GET /\u0001 HTTP/1.1||,TARGET",
        "GET /\u00e9 HTTP/1.1||,TARGET",
        "GET /||,TARGET",
        "GET / HTTP/1.x||,PROTOCOL",
        "GET / http/1.1||,PROTOCOL",
        "GET / HTTP/2.0||,VERSION",
        "GET / HTTP/1.10||,LINE_END",
        "GET / HTTP/1.9||,DONE",
        "GET / HTTP/1.1|a b: c||,NAME",
        "GET / HTTP/1.1|a : c||,NAME",
        "GET / HTTP/1.1|: c||,NAME",
        "GET / HTTP/1.1|a||,NAME",
        "GET / HTTP/1.1|a: b| c||,FOLDED",
        "GET / HTTP/1.1| a: b||,FOLDED",
        "GET / HTTP/1.1|a: b\u0000||,VALUE",
        "GET / HTTP/1.1|a: \u007f||,VALUE",
        "GET / HTTP/1.1|a: \u00e9||,DONE"
      })
  void request_isWhatItIs(String head, String outcome) {
    assertThat(outcome(requests, head)).isEqualTo(outcome);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\n\r\n", "GET / HTTP/1.1\r\na: b\n\r\n", "GET / HTTP/1.1\r\na: b\r\r\n",
        "GET / HTTP/1.1\r\na: b\r\n\n", "\nGET / HTTP/1.1\r\n\r\n", "\rGET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\na: b\r\n\rx"
      })
  void lines_thatEndOtherwiseThanWithCrLf_areRefused(String head) {
    assertThat(outcome(requests, head)).isIn("LINE_END", "VALUE", "NAME");
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1 2000 OK||,STATUS", "HTTP/1.1 20 OK||,STATUS", "HTTP/1.1 020 OK||,STATUS",
    "HTTP/1.1  200 OK||,STATUS", "HTTP/2 200 OK||,VERSION", "ICY 200 OK||,PROTOCOL",
    "HTTP/1.1 200 O\u0001K||,STATUS", "|HTTP/1.1 200 OK||,PROTOCOL",
        "HTTP/1.1 200 OK|Location Hint: /x||,NAME"
  })
  void response_isWhatItIs(String head, String outcome) {
    assertThat(outcome(responses, head)).isEqualTo(outcome);
  }

  @Test
  void everyOctet_isInItsPlacesOnly() {
    for (int octet = 0; octet < 256; octet++) {
      String one = String.valueOf((char) octet);
      boolean isToken = TOKEN.contains(one);
      boolean isVisible = octet > ' ' && octet < 0x7f;
      boolean isValue = isVisible || octet == ' ' || octet == '\t' || octet > 0x7f;
      assertThat(isRead("G" + one + "T / HTTP/1.1\r\n\r\n"))
          .as("method with %d", octet)
          .isEqualTo(isToken);
      assertThat(isRead("GET /" + one + "a HTTP/1.1\r\n\r\n"))
          .as("target with %d", octet)
          .isEqualTo(isVisible);
      assertThat(isRead("GET / HTTP/1.1\r\na" + one + "b: c\r\n\r\n"))
          .as("name with %d", octet)
          .isEqualTo(isToken || octet == ':');
      assertThat(isRead("GET / HTTP/1.1\r\na: b" + one + "c\r\n\r\n"))
          .as("value with %d", octet)
          .isEqualTo(isValue);
    }
  }

  @Test
  void limits_areThoseOfTheParser() {
    assertThat(outcome(requests, "GET /" + "a".repeat(83) + " HTTP/1.1||")).isEqualTo("DONE");
    assertThat(outcome(requests, "GET /" + "a".repeat(100))).isEqualTo("LINE_TOO_LONG");
    assertThat(outcome(requests, "GET / HTTP/1.1|a: " + "b".repeat(190) + "||")).isEqualTo("DONE");
    assertThat(outcome(requests, "GET / HTTP/1.1|a: " + "b".repeat(200)))
        .isEqualTo("HEADERS_TOO_LARGE");
    assertThat(outcome(requests, "GET / HTTP/1.1|" + "a: b|".repeat(5) + "|")).isEqualTo("DONE");
    assertThat(outcome(requests, "GET / HTTP/1.1|" + "a: b|".repeat(6) + "|"))
        .isEqualTo("TOO_MANY_HEADERS");
  }

  @Test
  void head_inPieces_isReadAsOne() {
    String head = "POST /a HTTP/1.1|Host: h|Content-Length: 3||";
    byte[] bytes = bytes(head);
    requests.begin(0, LIMITS);
    for (int to = 1; to < bytes.length; to++) {
      assertThat(requests.parse(bytes, to)).isEqualTo(HeadParser.MORE);
    }
    assertThat(requests.parse(bytes, bytes.length)).isEqualTo(bytes.length);
    assertThat(parts(requests, bytes))
        .containsExactly("POST", "/a", "1", "Host=h", "Content-Length=3");
  }

  private boolean isRead(String head) {
    byte[] bytes = head.getBytes(StandardCharsets.ISO_8859_1);
    requests.begin(0, LIMITS);
    return requests.parse(bytes, bytes.length) == bytes.length;
  }

  private static List<String> read(HeadParser parser, String head) {
    end(parser, head);
    return parts(parser, bytes(head));
  }

  private static int end(HeadParser parser, String head) {
    byte[] bytes = bytes(head);
    parser.begin(0, LIMITS);
    return parser.parse(bytes, bytes.length);
  }

  private static String outcome(HeadParser parser, String head) {
    int end = end(parser, head);
    @Nullable HeadFault fault = parser.fault();
    return fault != null ? fault.name() : end == HeadParser.MORE ? "MORE" : "DONE";
  }

  /** What a head consists of. */
  static List<String> parts(HeadParser parser, byte[] bytes) {
    List<String> parts = new ArrayList<>();
    if (parser.isRequest()) {
      parts.add(text(bytes, parser.methodStart(), parser.methodEnd()));
      parts.add(text(bytes, parser.targetStart(), parser.targetEnd()));
    } else {
      parts.add(String.valueOf(parser.status()));
      parts.add(text(bytes, parser.phraseStart(), parser.phraseEnd()));
    }
    parts.add(String.valueOf(parser.minorVersion()));
    for (int i = 0; i < parser.count(); i++) {
      parts.add(text(bytes, parser.nameStart(i), parser.nameEnd(i)) + "="
          + text(bytes, parser.valueStart(i), parser.valueEnd(i)));
    }
    return parts;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String lines) {
    return lines.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }
}
