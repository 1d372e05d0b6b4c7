package dev.lblc.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.AccessLogConfig.Format;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LineFormatTest {
  private static final long TIME = Instant.parse("2026-11-02T10:02:09.032Z").toEpochMilli();

  private final SomeFacts facts = new SomeFacts();

  @Test
  void text_ofARequest_hasNoQuery() {
    assertThat(text(facts))
        .isEqualTo("192.0.2.1 GET /a/b HTTP/1.1 200 12 1.2 images cache-1 hit -");
  }

  @Test
  void text_ofWhatIsNotKnown_hasDashes() {
    SomeFacts unknown = SomeFacts.unknown();
    unknown.status = 503;
    unknown.bytesOut = 0;
    unknown.nanos = 0;
    unknown.error = "no server available";
    assertThat(text(unknown)).isEqualTo("192.0.2.1 - - - 503 0 0.0 - - - no server available");
  }

  @Test
  void text_ofAConnection_hasPortAndBytes() {
    assertThat(text(connection()))
        .isEqualTo("192.0.2.1 TCP :6379 - 3 12 1.2 images cache-1 hit client reset");
  }

  @Test
  void text_ofWhatAClientMadeUp_beginsNoLineOrColumn() {
    facts.method = "G\tT";
    facts.target = "/a b\r\n\u001b[31m\u0085\u2028{}\\u000a";
    facts.protocol = "HTTP/2";
    assertThat(text(facts))
        .isEqualTo(
            "192.0.2.1 G\\u0009T /a\\u0020b\\u000d\\u000a\\u001b[31m\\u0085\\u2028{}\\u005cu000a"
                + " HTTP/2 200 12 1.2 images cache-1 hit -");
  }

  @Test
  void json_ofARequest_hasAllFields() {
    assertThat(line(Format.JSON, facts))
        .isEqualTo(
            "{\"time\":\"2026-11-02T10:02:09.032Z\",\"listener\":\"web\",\"client\":\"192.0.2.1\","
                + "\"method\":\"GET\",\"host\":\"example.com\",\"path\":\"/a/b\",\"protocol\":\"HTTP/1.1\",\"status\":200,"
                + "\"bytes_in\":3,\"bytes_out\":12,\"duration_ms\":1.260,\"head_ms\":1.000,\"connect_ms\":0.250,"
                + "\"service\":\"images\",\"server\":\"cache-1\",\"decision\":\"hit\",\"retries\":1,\"end\":\"answered\","
                + "\"tls\":\"TLSv1.3\",\"sni\":\"example.com\",\"user_agent\":\"curl/8\",\"request_id\":\"r-1\","
                + "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\"}");
  }

  @Test
  void json_ofWhatIsNotKnown_leavesItOut() {
    assertThat(line(Format.JSON, SomeFacts.unknown()))
        .isEqualTo(
            "{\"time\":\"2026-11-02T10:02:09.032Z\",\"listener\":\"web\",\"client\":\"192.0.2.1\",\"status\":200,"
                + "\"bytes_in\":3,\"bytes_out\":12,\"duration_ms\":1.260,\"end\":\"answered\"}");
  }

  @Test
  void json_ofAConnection_hasAPortAndNoRequest() {
    SomeFacts connection = connection();
    connection.headNanos = AccessFacts.NONE;
    connection.userAgent = null;
    connection.requestId = null;
    connection.traceId = null;
    assertThat(line(Format.JSON, connection))
        .isEqualTo(
            "{\"time\":\"2026-11-02T10:02:09.032Z\",\"listener\":\"web\",\"client\":\"192.0.2.1\",\"port\":6379,"
                + "\"protocol\":\"TCP\",\"bytes_in\":3,\"bytes_out\":12,\"duration_ms\":1.260,\"connect_ms\":0.250,"
                + "\"service\":\"images\",\"server\":\"cache-1\",\"decision\":\"hit\",\"retries\":1,"
                + "\"end\":\"client_left\",\"error\":\"client reset\",\"tls\":\"TLSv1.3\",\"sni\":\"example.com\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quotes \" and \\ and / and \\u0041",
        "controls \0\1\b\t\n\u000b\f\r\u001b\u007f",
        "caf\u00e9 \u20ac \ud83d\ude00 \u2028\u2029\u0085\ufeff",
      })
  void json_ofOctetsInUtf8_isTheirText(String text) {
    facts.userAgent = octets(text.getBytes(StandardCharsets.UTF_8));
    facts.target = "/" + facts.userAgent;
    JsonObject read = json();
    assertThat(read.getString("user_agent")).isEqualTo(text);
    assertThat(read.getString("path")).isEqualTo("/" + text);
  }

  @Test
  void json_ofOctetsThatAreNoUtf8_hasReplacements() {
    byte[] broken = {'a', (byte) 0xff, (byte) 0xc3, 'b', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'
    };
    facts.userAgent = octets(broken);
    assertThat(json().getString("user_agent"))
        .isEqualTo(new String(broken, StandardCharsets.UTF_8))
        .contains("\ufffd")
        .startsWith("a")
        .endsWith("\"");
  }

  @Test
  void json_ofNamesOfTheConfiguration_isNotDecoded() {
    facts.service = "caf\u00e9";
    facts.server = "\ud83d\ude00 \ud83d alone";
    assertThat(json().getString("service")).isEqualTo("caf\u00e9");
    assertThat(json().getString("server")).isEqualTo("\ud83d\ude00 \ufffd alone");
  }

  @Test
  void common_ofARequest_isALineThatServersWrite() {
    inZone(
        "America/St_Johns",
        () -> assertThat(line(Format.COMMON, facts))
            .isEqualTo("192.0.2.1 - - [02/Nov/2026:06:32:09 -0330] \"GET /a/b HTTP/1.1\" 200 12"));
  }

  @Test
  void common_ofWhatAClientMadeUp_staysWithinItsQuotes() {
    facts.method = "-";
    facts.target = "\" 200 \\ \r\n\u00ff";
    facts.protocol = "-";
    facts.bytesOut = 0;
    assertThat(line(Format.COMMON, facts))
        .endsWith("] \"- \\\"\\x20200\\x20\\\\\\x20\\x0d\\x0a\\xff -\" 200 -");
  }

  @Test
  void time_ofText_isTheOneThatLogbackWrote() {
    for (String zone : List.of("UTC", "Europe/Berlin", "Asia/Kolkata")) {
      inZone(zone, () -> {
        String written = new String(write(Format.TEXT, facts), StandardCharsets.US_ASCII);
        assertThat(written)
            .startsWith(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
                    .withZone(ZoneId.systemDefault())
                    .format(Instant.ofEpochMilli(TIME))
                + " 192.0.2.1 ");
      });
    }
  }

  @Test
  void time_ofLaterLines_goesOn() {
    LineBuffer line = new LineBuffer();
    for (long millis : new long[] {0, 999, 1_000, 59_999, 60_000, -1}) {
      line.clear();
      line.time(LineTime.Form.UTC, millis);
      assertThat(new String(line.octets(), 0, line.length(), StandardCharsets.US_ASCII))
          .isEqualTo(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
              .withZone(ZoneId.of("UTC"))
              .format(Instant.ofEpochMilli(millis)));
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void line_ofTheLongestTexts_fitsInAChunk(Format format) {
    String endless = "\u00ff\u0001".repeat(50_000);
    facts.method = endless;
    facts.host = endless;
    facts.target = endless;
    facts.userAgent = endless;
    facts.serverName = endless;
    byte[] line = write(format, facts);
    assertThat(line).hasSizeLessThan(Chunk.SIZE).endsWith('\n');
    assertThat(new Chunk().add(line, line.length)).isTrue();
  }

  private static String octets(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static SomeFacts connection() {
    SomeFacts connection = new SomeFacts();
    connection.isConnection = true;
    connection.protocol = "TCP";
    connection.end = "client_left";
    connection.error = "client reset";
    return connection;
  }

  private static void inZone(String zone, Runnable test) {
    TimeZone before = TimeZone.getDefault();
    TimeZone.setDefault(TimeZone.getTimeZone(zone));
    try {
      test.run();
    } finally {
      TimeZone.setDefault(before);
    }
  }

  private JsonObject json() {
    return new JsonObject(line(Format.JSON, facts));
  }

  /** A text without its time. */
  private String text(SomeFacts of) {
    String line = line(Format.TEXT, of);
    return line.substring(line.indexOf(' ') + 1);
  }

  private String line(Format format, SomeFacts of) {
    byte[] written = write(format, of);
    assertThat(written).endsWith('\n');
    return new String(written, 0, written.length - 1, StandardCharsets.US_ASCII);
  }

  /** Formats with a buffer of its own, whose kept times are none of other zones. */
  private byte[] write(Format format, SomeFacts of) {
    LineBuffer line = new LineBuffer();
    LineFormat.of(format).write("web", TIME, of, line);
    line.add('\n');
    return Arrays.copyOf(line.octets(), line.length());
  }
}
