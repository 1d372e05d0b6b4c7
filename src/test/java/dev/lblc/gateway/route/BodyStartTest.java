package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BodyStartTest {
  private static final int PLENTY = 1 << 20;

  /** All paths that are asked for at once, as the routes of a listener may do. */
  private static final List<String> PATHS =
      List.of("user", "a.b", "a.b.c", "list.0", "list.1.x", "0", "ü", "list");

  private static final JsonFields FIELDS = JsonFields.ofTemplates(
      PATHS.stream().map(path -> template(Kind.JSON, path, 0)).toList());

  private static DestinationTemplate template(Kind kind, @Nullable String name, int count) {
    return new DestinationTemplate(List.of(new Field(kind, name, count)));
  }

  private static BodyStart wanting(int most, DestinationTemplate... templates) {
    BodyNeeds needs = BodyNeeds.of(List.of(templates), FIELDS, most);
    BodyStart start = new BodyStart();
    assertThat(start.want(Objects.requireNonNull(needs), true)).isFalse();
    return start;
  }

  private static BodyStart ofJson(int most) {
    return wanting(most, template(Kind.JSON, "user", 0));
  }

  /** Gives it the body in pieces of a length, until it has enough or the body has ended. */
  private static BodyStart read(BodyStart start, byte[] body, int first, int piece) {
    int at = 0;
    int next = Math.min(first, body.length);
    while (!start.isSettled() && at < body.length) {
      int length = Math.min(Math.min(next - at, start.room()), body.length - at);
      start.add(ByteBuffer.wrap(body, at, length));
      at += length;
      next = Math.min(at + piece, body.length);
    }
    if (!start.isSettled()) {
      start.end();
    }
    assertThat(start.isSettled()).isTrue();
    return start;
  }

  private static @Nullable String value(String body, String path) {
    byte[] octets = body.getBytes(StandardCharsets.UTF_8);
    BodyStart whole = read(ofJson(PLENTY), octets, octets.length, octets.length);
    String value = whole.json(FIELDS.node(path));
    for (int split = 1; split < octets.length; split++) {
      assertThat(read(ofJson(PLENTY), octets, split, octets.length).json(FIELDS.node(path)))
          .as("split at %s of %s", split, body)
          .isEqualTo(value);
    }
    assertThat(read(ofJson(PLENTY), octets, 1, 1).json(FIELDS.node(path))).isEqualTo(value);
    return value;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "{\"user\": \"u1\"}                                 | user     | u1",
        "{\"user\":\"u1\",\"x\":[1,{\"user\":\"no\"}]}      | user     | u1",
        " \r\n{ \"x\" : {\"user\":\"no\"}, \"user\" : 7 }   | user     | 7",
        "{\"user\": -1.50e+3}                               | user     | -1.50e+3",
        "{\"user\": true}                                   | user     | true",
        "{\"user\": null}                                   | user     | -",
        "{\"user\": {}}                                     | user     | -",
        "{\"user\": [\"u1\"]}                               | user     | -",
        "{\"\\u0075ser\": \"\\u00fc\\n\\\"\"}               | user     | `ü\n\"`",
        "{\"ü\": \"ä€😀\"}                                  | ü        | ä€😀",
        "{\"a\": {\"b\": \"v\"}}                            | a.b      | v",
        "{\"a\": {\"b\": {\"c\": \"v\"}}}                   | a.b.c    | v",
        "{\"a\": {\"b\": {\"c\": \"v\"}}}                   | a.b      | -",
        "{\"a.b\": \"v\"}                                   | a.b      | -",
        "{\"a\": [{\"b\": \"v\"}]}                          | a.b      | -",
        "{\"list\": [\"v\", {\"x\": \"w\"}]}                | list.0   | v",
        "{\"list\": [[[1]], {\"y\": [], \"x\": \"w\"}]}     | list.1.x | w",
        "{\"list\": {\"0\": \"v\"}}                         | list.0   | v",
        "[\"v\"]                                            | 0        | v",
        "{\"user\": \"u1\"} and more                        | user     | u1",
        "{\"user\": \"u1\", \"user\": \"u2\"}               | user     | -",
        "{\"user\": null, \"user\": \"u2\"}                 | user     | -",
        "{\"a\": {\"b\": \"v\"}, \"a\": {}}                 | a.b      | -",
        "{\"a\": {}, \"a\": {\"b\": \"v\"}}                 | a.b      | -",
        "{\"x\": 1, \"x\": 2, \"user\": \"u1\"}             | user     | u1",
        "\"user\"                                           | user     | -",
        "7                                                  | user     | -",
        "{\"user\": \"u1\",}                                | user     | -",
        "{\"user\": \"u1\", \"x\": 1                        | user     | -",
        "{\"user\": \"u1\" \"x\": 1}                        | user     | -",
        "{\"user\": 'u1'}                                   | user     | -",
        "{user: \"u1\"}                                     | user     | -",
        "{\"user\": \"u1\", \"x\": 01}                      | user     | -",
        "{\"user\": \"u1\", \"x\": NaN}                     | user     | -",
        "{\"user\": \"u1\", \"x\": \"a\tb\"}                | user     | -",
        "{\"user\": \"u1\", \"x\": \"\\q\"}                 | user     | -",
        "user=u1&x=2                                        | user     | -"
      })
  void json_cutAnywhere_hasTheSameValue(String body, String path, @Nullable String expected) {
    assertThat(value(body, path))
        .isEqualTo(expected == null ? null : expected.replace("\\n", "\n").replace("\\\"", "\""));
  }

  @Test
  void json_thatIsNotUtf8_hasNoValues() {
    byte[] body = "{\"x\": \"\u00ff\", \"user\": \"u1\"}".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(read(ofJson(PLENTY), body, 1, 1).json(FIELDS.node("user"))).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 999, 1_001, 300_000})
  void json_nested_isReadAsDeepAsParsersGo(int depth) {
    String body =
        "{\"x\": " + "[".repeat(depth - 1) + "]".repeat(depth - 1) + ", \"user\": \"u1\"}";
    byte[] octets = body.getBytes(StandardCharsets.UTF_8);
    BodyStart start = read(ofJson(PLENTY), octets, octets.length, octets.length);
    assertThat(start.json(FIELDS.node("user"))).isEqualTo(depth <= 1_000 ? "u1" : null);
  }

  @Test
  void json_ofTenThousandFields_isReadToTheLast() {
    String many = IntStream.range(0, 10_000)
        .mapToObj(i -> "\"field-" + i + "\": " + i)
        .collect(Collectors.joining(", "));
    byte[] body = ("{" + many + ", \"user\": \"u1\"}").getBytes(StandardCharsets.UTF_8);
    assertThat(read(ofJson(PLENTY), body, 1, 7).json(FIELDS.node("user"))).isEqualTo("u1");
  }

  /** A client that stalls there makes the gateway hold what it has sent, not a multiple of that. */
  @Test
  void json_ofManyNames_isHeldAsItCame() {
    String names = IntStream.range(0, 6_000)
        .mapToObj(i -> "\"f" + i + "\":" + i)
        .collect(Collectors.joining(","));
    byte[] half = ("{" + names).getBytes(StandardCharsets.UTF_8);
    List<BodyStart> all = new ArrayList<>();
    long before = heap();
    for (int i = 0; i < 100; i++) {
      BodyStart start = ofJson(PLENTY);
      start.add(ByteBuffer.wrap(half));
      all.add(start);
    }
    assertThat((heap() - before) / all.size()).isLessThan(2L * half.length);
    assertThat(all).noneMatch(BodyStart::isSettled);
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void json_ofAnyOctets_settlesWithoutAFailure() {
    Random random = new Random(17);
    for (int i = 0; i < 2_000; i++) {
      byte[] body = new byte[random.nextInt(200)];
      for (int at = 0; at < body.length; at++) {
        body[at] = (byte) "{}[]:,\"\\u0a 1-.eE".charAt(random.nextInt(17));
      }
      read(ofJson(PLENTY), body, 1 + random.nextInt(9), 1 + random.nextInt(9));
    }
  }

  @Test
  void json_thatEnds_isSettledAtItsLastBrace() {
    BodyStart start = ofJson(PLENTY);
    start.add(ByteBuffer.wrap("{\"user\": \"u1\"".getBytes(StandardCharsets.UTF_8)));
    assertThat(start.isSettled()).isFalse();
    start.add(ByteBuffer.wrap("}".getBytes(StandardCharsets.UTF_8)));
    assertThat(start.isSettled()).isTrue();
  }

  @Test
  void json_beyondTheLimit_isNotLookedAt() {
    byte[] body = "{\"user\": \"u1\", \"a\": {\"b\": \"v\"}}".getBytes(StandardCharsets.UTF_8);
    for (int most = 1; most < body.length; most++) {
      BodyStart start = read(ofJson(most), body, 3, 3);
      assertThat(start.length()).isEqualTo(most);
      assertThat(start.json(FIELDS.node("user"))).isEqualTo(most >= 13 ? "u1" : null);
      assertThat(start.json(FIELDS.node("a.b"))).isEqualTo(most >= 29 ? "v" : null);
    }
  }

  @Test
  void octets_moreThanThereIsRoomFor_areRefused() {
    BodyStart start = ofJson(3);
    assertThatThrownBy(() -> start.add(ByteBuffer.allocate(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 3");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "a=1&user=u1, user, u1",
        "user=u1&user=u2, user, u1",
        "user=%C3%BC+x, user, ü x",
        "a=1, user, -",
        "user=, user, ''"
      })
  void form_whole_hasItsFirstParameter(String body, String name, @Nullable String expected) {
    BodyStart start = wanting(PLENTY, template(Kind.FORM, "user", 0));
    byte[] octets = body.getBytes(StandardCharsets.UTF_8);
    assertThat(read(start, octets, 1, 1).form(name)).isEqualTo(expected);
  }

  @Test
  void form_cutAtTheLimit_hasNoParameterThatMayGoOn() {
    byte[] body = "user=u1&x=2".getBytes(StandardCharsets.UTF_8);
    assertThat(read(wanting(7, template(Kind.FORM, "user", 0)), body, 7, 7).form("user"))
        .isNull();
    assertThat(read(wanting(8, template(Kind.FORM, "user", 0)), body, 7, 7).form("user"))
        .isEqualTo("u1");
  }

  @Test
  void form_ofAnotherType_isNotWaitedFor() {
    BodyStart start = new BodyStart();
    BodyNeeds needs = BodyNeeds.of(List.of(template(Kind.FORM, "user", 0)), FIELDS, PLENTY);
    assertThat(start.want(Objects.requireNonNull(needs), false)).isTrue();
    assertThat(start.form("user")).isNull();
  }

  @Test
  void prefix_isAsManyOctetsAsAreWantedOrThere() {
    byte[] body = {'a', 0, (byte) 0xff, '\n', 'b'};
    BodyStart start = wanting(PLENTY, template(Kind.PREFIX, null, 4));
    start.add(ByteBuffer.wrap(body, 0, 3));
    assertThat(start.isSettled()).isFalse();
    assertThat(start.prefix(4)).isNull();
    start.add(ByteBuffer.wrap(body, 3, 2));
    assertThat(start.isSettled()).isTrue();
    assertThat(start.prefix(4)).isEqualTo("a\0\u00ff\n");

    BodyStart shorter = read(wanting(PLENTY, template(Kind.PREFIX, null, 9)), body, 1, 1);
    assertThat(shorter.prefix(9)).isEqualTo("a\0\u00ff\nb");
    assertThat(read(wanting(PLENTY, template(Kind.PREFIX, null, 9)), new byte[0], 1, 1)
            .prefix(9))
        .isEmpty();
  }

  /** A match is looked for first, then the destination of its route, which may look at more. */
  @Test
  void wants_thatCome_goOnWhereTheOthersEnded() {
    BodyStart start = wanting(4, template(Kind.PREFIX, null, 4));
    start.add(ByteBuffer.wrap("{\"us".getBytes(StandardCharsets.UTF_8)));
    assertThat(start.isSettled()).isTrue();
    assertThat(start.want(BodyNeeds.ofMatch(FIELDS, 20), true)).isFalse();
    assertThat(start.room()).isEqualTo(16);
    start.add(ByteBuffer.wrap("er\": \"u1\"}".getBytes(StandardCharsets.UTF_8)));
    assertThat(start.isSettled()).isTrue();
    assertThat(start.json(FIELDS.node("user"))).isEqualTo("u1");
    assertThat(new String(start.octets(), 0, start.length(), StandardCharsets.UTF_8))
        .isEqualTo("{\"user\": \"u1\"}");
  }
}
