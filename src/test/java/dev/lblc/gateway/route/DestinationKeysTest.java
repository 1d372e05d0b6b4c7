package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import dev.lblc.config.DestinationTemplate.Literal;
import dev.lblc.config.DestinationTemplate.Part;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DestinationKeysTest {
  private static final StatedFacts FACTS = StatedFacts.get(
          "example.com", "/a/b/c?x=1&y=%41+b&z=&%6e=7&bad=%4")
      .with("x-id", "42")
      .with("cookie", "first=1; session=\"s e\"; empty=")
      .with("cookie", "other=2")
      .sni("db.example.com");

  @Test
  void keyOf_eachField_isItsValue() {
    assertThat(key(FACTS, part(Kind.HOST))).isEqualTo("example.com");
    assertThat(key(FACTS, part(Kind.PATH))).isEqualTo("/a/b/c");
    assertThat(key(FACTS, part(Kind.QUERY))).isEqualTo("x=1&y=%41+b&z=&%6e=7&bad=%4");
    assertThat(key(FACTS, part(Kind.METHOD))).isEqualTo("GET");
    assertThat(key(FACTS, part(Kind.CLIENT_IP))).isEqualTo("192.0.2.1");
    assertThat(key(FACTS, part(Kind.LOCAL_IP))).isEqualTo("198.51.100.7");
    assertThat(key(FACTS, part(Kind.LOCAL_PORT))).isEqualTo("8080");
    assertThat(key(FACTS, part(Kind.SNI))).isEqualTo("db.example.com");
    assertThat(key(FACTS, named(Kind.HEADER, "x-id"))).isEqualTo("42");
  }

  @ParameterizedTest
  @CsvSource({"1, /a", "2, /a/b", "3, /a/b/c", "4, /a/b/c"})
  void keyOf_leadingSegments_areAsManyAsThereAre(int segments, String expected) {
    assertThat(key(FACTS, new Field(Kind.PATH, null, segments))).isEqualTo(expected);
  }

  @Test
  void keyOf_leadingSegmentsOfADirectory_haveNoFinalSlash() {
    assertThat(key(StatedFacts.get("h", "/a/b/"), new Field(Kind.PATH, null, 2)))
        .isEqualTo("/a/b");
    assertThat(key(StatedFacts.get("h", "/"), new Field(Kind.PATH, null, 2))).isEqualTo("/");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"x, 1", "y, A b", "z, -", "n, 7", "bad, %4", "a, -", "xx, -", "1, -"})
  void keyOf_queryParameter_isDecoded(String name, @Nullable String expected) {
    assertThat(key(FACTS, named(Kind.QUERY, name))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "first, 1",
        "session, \"s e\"",
        "empty, -",
        "other, 2",
        "irst, -",
        "session=, -",
        "FIRST, -"
      })
  void keyOf_cookie_isFoundByItsWholeName(String name, @Nullable String expected) {
    assertThat(key(FACTS, named(Kind.COOKIE, name))).isEqualTo(expected);
  }

  @Test
  void keyOf_aTemplateWithAMissingField_yieldsNothingAndTheNextIsTried() {
    KeyCascade<RequestFacts> keys = compile(List.of(
        template(new Literal("user:"), named(Kind.HEADER, "x-user")),
        template(named(Kind.QUERY, "z")),
        template(part(Kind.HOST), new Literal("|"), part(Kind.PATH))));
    assertThat(keys.keyOf(FACTS)).isEqualTo("example.com|/a/b/c");
    assertThat(keys.keyOf(FACTS.with("x-user", "7"))).isEqualTo("user:7");
  }

  @Test
  void keyOf_noTemplateWithAValue_isNoDestination() {
    assertThat(key(FACTS, named(Kind.HEADER, "absent"))).isNull();
    assertThat(compile(List.of()).keyOf(FACTS)).isNull();
  }

  private static @Nullable String key(RequestFacts facts, Part... parts) {
    return compile(List.of(template(parts))).keyOf(facts);
  }

  private static KeyCascade<RequestFacts> compile(List<DestinationTemplate> templates) {
    return DestinationKeys.compile(templates, JsonFields.ofTemplates(templates));
  }

  private static DestinationTemplate template(Part... parts) {
    return new DestinationTemplate(Arrays.asList(parts));
  }

  private static Field part(Kind kind) {
    return new Field(kind, null, 0);
  }

  private static Field named(Kind kind, String name) {
    return new Field(kind, name, 0);
  }
}
