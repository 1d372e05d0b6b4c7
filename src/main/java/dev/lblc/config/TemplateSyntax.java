package dev.lblc.config;

import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import dev.lblc.config.DestinationTemplate.Literal;
import dev.lblc.config.DestinationTemplate.Part;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The syntax of templates of destinations: text with fields in braces. There is no escape for a literal brace. */
final class TemplateSyntax {
  /** Those of a request. */
  static final Syntax<DestinationTemplate> TEMPLATE =
      new Syntax<>("a template such as {host}{path}", TemplateSyntax::ofRequest);

  /** Those of an answer, which may name fields of the head of its request, too. */
  static final Syntax<DestinationTemplate> LEARNED =
      new Syntax<>("a template such as {set-cookie:SESSION}", TemplateSyntax::ofAnswer);

  /** The path of a field of JSON: names of members, and indices of elements, from the outside in. */
  static final Syntax<String> JSON_PATH = Syntax.matching(
      "the path of a field such as model or messages.0.role",
      "[^\\p{Cntrl}{}.]+(\\.[^\\p{Cntrl}{}.]+){0,31}");

  private static final Pattern PART = Pattern.compile("\\{(?<field>[^{}]*)\\}|[^{}]+");
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,8}");

  private static final String FIELDS =
      "{host}, {path}, {path:2}, {query}, {query:name}, {header:name}, {cookie:name},"
          + " {method}, {client.ip}, {local.ip}, {local.port}, {sni}, {tls.subject}, {tls.fingerprint}, {tls.san},"
          + " {json:path}, {form:name} or {prefix:512}";

  private static final String OF_ANSWER = "{set-cookie:name} or {response:name}";

  private TemplateSyntax() {}

  /**
   * Returns templates of requests, by their texts.
   *
   * @throws IllegalArgumentException if one of them is none
   */
  static Map<String, DestinationTemplate> templates(List<String> texts) {
    Map<String, DestinationTemplate> templates = new LinkedHashMap<>();
    for (String text : texts) {
      try {
        templates.put(text, ofRequest(text));
      } catch (SyntaxException e) {
        throw new IllegalArgumentException(
            Json.quoted(text) + " (expected: " + e.getMessage() + ")", e);
      }
    }
    return Collections.unmodifiableMap(templates);
  }

  private static DestinationTemplate ofRequest(String text) throws SyntaxException {
    DestinationTemplate template = template(text, TEMPLATE);
    if (template.isOfAnswer()) {
      throw new SyntaxException(
          "no fields of answers, such as " + OF_ANSWER + ": they are for learn");
    }
    return template;
  }

  private static DestinationTemplate ofAnswer(String text) throws SyntaxException {
    DestinationTemplate template = template(text, LEARNED);
    if (!template.isOfAnswer()) {
      throw new SyntaxException("a template with a field of the answer: " + OF_ANSWER);
    }
    if (template.isOfBody()) {
      throw new SyntaxException("no fields of the request's body");
    }
    return template;
  }

  private static DestinationTemplate template(String text, Syntax<DestinationTemplate> syntax)
      throws SyntaxException {
    if (text.isEmpty()) {
      throw new SyntaxException(syntax.expected());
    }
    List<Part> parts = new ArrayList<>();
    Matcher matcher = PART.matcher(text);
    int end = 0;
    while (matcher.lookingAt()) {
      String field = matcher.group("field");
      parts.add(field == null ? new Literal(matcher.group()) : field(field));
      end = matcher.end();
      matcher.region(end, text.length());
    }
    if (end < text.length()) {
      throw new SyntaxException(
          "balanced braces, unlike the " + text.charAt(end) + " at character " + (end + 1));
    }
    return new DestinationTemplate(List.copyOf(parts));
  }

  private static Field field(String field) throws SyntaxException {
    int colon = field.indexOf(':');
    String kind = colon < 0 ? field : field.substring(0, colon);
    String argument = colon < 0 ? null : field.substring(colon + 1);
    return switch (kind) {
      case "host" -> plain(Kind.HOST, kind, argument);
      case "path" -> new Field(Kind.PATH, null, argument == null ? 0 : count(kind, argument, 999));
      case "query" ->
        new Field(
            Kind.QUERY, argument == null ? null : named(kind, argument, argument.isEmpty()), 0);
      case "header" ->
        token(Kind.HEADER, kind, argument == null ? null : argument.toLowerCase(Locale.ROOT));
      case "cookie" -> token(Kind.COOKIE, kind, argument);
      case "method" -> plain(Kind.METHOD, kind, argument);
      case "client.ip" -> plain(Kind.CLIENT_IP, kind, argument);
      case "local.ip" -> plain(Kind.LOCAL_IP, kind, argument);
      case "local.port" -> plain(Kind.LOCAL_PORT, kind, argument);
      case "sni" -> plain(Kind.SNI, kind, argument);
      case "tls.subject" -> plain(Kind.TLS_SUBJECT, kind, argument);
      case "tls.fingerprint" -> plain(Kind.TLS_FINGERPRINT, kind, argument);
      case "tls.san" -> plain(Kind.TLS_SAN, kind, argument);
      case "json" -> new Field(Kind.JSON, JSON_PATH.read(argument == null ? "" : argument), 0);
      case "form" -> {
        String name = argument == null ? "" : argument;
        yield new Field(Kind.FORM, named(kind, name, name.isEmpty()), 0);
      }
      case "prefix" ->
        new Field(
            Kind.PREFIX,
            null,
            count(kind, argument == null ? "" : argument, HttpLimits.MOST_INSPECTED));
      case "set-cookie" -> token(Kind.SET_COOKIE, kind, argument);
      case "response" ->
        token(Kind.RESPONSE, kind, argument == null ? null : argument.toLowerCase(Locale.ROOT));
      default -> throw new SyntaxException(FIELDS + " instead of {" + field + "}");
    };
  }

  private static Field plain(Kind kind, String name, @Nullable String argument)
      throws SyntaxException {
    if (argument != null) {
      throw new SyntaxException("{" + name + "} without " + Json.quoted(":" + argument));
    }
    return new Field(kind, null, 0);
  }

  private static Field token(Kind kind, String name, @Nullable String argument)
      throws SyntaxException {
    String given = argument == null ? "" : argument;
    return new Field(kind, named(name, given, !NAME.matcher(given).matches()), 0);
  }

  private static String named(String field, String argument, boolean bad) throws SyntaxException {
    if (bad) {
      throw new SyntaxException("{" + field + ":NAME} with the name of a "
          + switch (field) {
            case "query", "form" -> field + " parameter";
            case "response" -> "header";
            case "set-cookie" -> "cookie";
            default -> field;
          });
    }
    return argument;
  }

  private static int count(String field, String argument, int most) throws SyntaxException {
    if (!COUNT.matcher(argument).matches() || Integer.parseInt(argument) > most) {
      throw new SyntaxException("{" + field + ":N} with N from 1 to " + most);
    }
    return Integer.parseInt(argument);
  }
}
