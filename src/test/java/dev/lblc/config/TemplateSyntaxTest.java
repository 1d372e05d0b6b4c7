package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import dev.lblc.config.DestinationTemplate.Literal;
import dev.lblc.config.DestinationTemplate.Part;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TemplateSyntaxTest {
  static Stream<Arguments> templates() {
    return Stream.of(
        Arguments.of("constant", List.of(new Literal("constant"))),
        Arguments.of("{host}", List.of(field(Kind.HOST))),
        Arguments.of("{host}{path}", List.of(field(Kind.HOST), field(Kind.PATH))),
        Arguments.of("{path:12}", List.of(new Field(Kind.PATH, null, 12))),
        Arguments.of("{query}", List.of(field(Kind.QUERY))),
        Arguments.of("{query:a b}", List.of(new Field(Kind.QUERY, "a b", 0))),
        Arguments.of("{header:X-Id}", List.of(new Field(Kind.HEADER, "x-id", 0))),
        Arguments.of("{cookie:Sid}", List.of(new Field(Kind.COOKIE, "Sid", 0))),
        Arguments.of(
            "{method} {sni}", List.of(field(Kind.METHOD), new Literal(" "), field(Kind.SNI))),
        Arguments.of("{tls.subject}", List.of(field(Kind.TLS_SUBJECT))),
        Arguments.of(
            "{tls.fingerprint}{tls.san}",
            List.of(field(Kind.TLS_FINGERPRINT), field(Kind.TLS_SAN))),
        Arguments.of("{json:user}", List.of(new Field(Kind.JSON, "user", 0))),
        Arguments.of("{json:messages.0.a b}", List.of(new Field(Kind.JSON, "messages.0.a b", 0))),
        Arguments.of("{form:a.b}", List.of(new Field(Kind.FORM, "a.b", 0))),
        Arguments.of(
            "{host}:{prefix:1048576}",
            List.of(field(Kind.HOST), new Literal(":"), new Field(Kind.PREFIX, null, 1 << 20))),
        Arguments.of(
            "a:{client.ip}-{local.ip}:{local.port}",
            List.of(
                new Literal("a:"),
                field(Kind.CLIENT_IP),
                new Literal("-"),
                field(Kind.LOCAL_IP),
                new Literal(":"),
                field(Kind.LOCAL_PORT))));
  }

  @ParameterizedTest
  @MethodSource("templates")
  void template_valid_hasParts(String text, List<Part> parts) throws Exception {
    assertThat(TemplateSyntax.TEMPLATE.read(text)).isEqualTo(new DestinationTemplate(parts));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          {         | the { at character 1
          }         | the } at character 1
          a{host    | the { at character 2
          {host}}   | the } at character 7
          {{host}}  | the { at character 1
          {}        | instead of {}
          {uri}     | instead of {uri}
          {HOST}    | instead of {HOST}
          {host:x}  | {host} without ":x"
          {path:0}  | {path:N} with N from 1 to 999
          {path:}   | {path:N} with N from 1 to 999
          {path:-1} | {path:N} with N from 1 to 999
          {path:1000} | {path:N} with N from 1 to 999
          {header}  | {header:NAME} with the name of a header
          {header:} | {header:NAME} with the name of a header
          {header:a b} | {header:NAME} with the name of a header
          {cookie:} | {cookie:NAME} with the name of a cookie
          {query:}  | {query:NAME} with the name of a query parameter
          {json}    | the path of a field such as model or messages.0.role
          {json:}   | the path of a field such as model or messages.0.role
          {json:.}  | the path of a field such as model or messages.0.role
          {json:a.} | the path of a field such as model or messages.0.role
          {json:.a} | the path of a field such as model or messages.0.role
          {json:a..b} | the path of a field such as model or messages.0.role
          {json:a{b}} | the { at character 1
          {form}    | {form:NAME} with the name of a form parameter
          {form:}   | {form:NAME} with the name of a form parameter
          {prefix}  | {prefix:N} with N from 1 to 16777216
          {prefix:} | {prefix:N} with N from 1 to 16777216
          {prefix:0} | {prefix:N} with N from 1 to 16777216
          {prefix:-1} | {prefix:N} with N from 1 to 16777216
          {prefix:07} | {prefix:N} with N from 1 to 16777216
          {prefix:1MiB} | {prefix:N} with N from 1 to 16777216
          {prefix:16777217} | {prefix:N} with N from 1 to 16777216
          {prefix:99999999999} | {prefix:N} with N from 1 to 16777216
          {set-cookie:S} | no fields of answers
          {host}{response:x-id} | no fields of answers
          """)
  void template_invalid_saysWhy(String text, String why) {
    assertThatThrownBy(() -> TemplateSyntax.TEMPLATE.read(text))
        .isInstanceOf(SyntaxException.class)
        .hasMessageContaining(why);
  }

  @Test
  void pathOfAField_deeperThan32_isRefused() throws Exception {
    String deepest = "a" + ".a".repeat(31);
    assertThat(TemplateSyntax.JSON_PATH.read(deepest)).isEqualTo(deepest);
    assertThatThrownBy(() -> TemplateSyntax.JSON_PATH.read(deepest + ".a"))
        .isInstanceOf(SyntaxException.class);
  }

  @Test
  void templateOfAnAnswer_valid_hasParts() throws Exception {
    assertThat(TemplateSyntax.LEARNED.read("{host}:{response:X-Id}{set-cookie:S}"))
        .isEqualTo(new DestinationTemplate(List.of(
            field(Kind.HOST),
            new Literal(":"),
            new Field(Kind.RESPONSE, "x-id", 0),
            new Field(Kind.SET_COOKIE, "S", 0))));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          {cookie:S}              | a template with a field of the answer
          session                 | a template with a field of the answer
          {set-cookie}            | {set-cookie:NAME} with the name of a cookie
          {set-cookie:a b}        | {set-cookie:NAME} with the name of a cookie
          {response:}             | {response:NAME} with the name of a header
          {response:x}{json:user} | no fields of the request's body
          {response:x}{prefix:9}  | no fields of the request's body
          """)
  void templateOfAnAnswer_invalid_saysWhy(String text, String why) {
    assertThatThrownBy(() -> TemplateSyntax.LEARNED.read(text))
        .isInstanceOf(SyntaxException.class)
        .hasMessageContaining(why);
  }

  private static Field field(Kind kind) {
    return new Field(kind, null, 0);
  }
}
