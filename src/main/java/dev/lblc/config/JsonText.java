package dev.lblc.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses JSON text to {@link Json}.
 *
 * <p>Vert.x's {@code JsonObject} will not do: it keeps the last of two equal keys and says nothing, rounds numbers, and
 * has forgotten where a value stood.
 */
final class JsonText {
  /** Deeper than any configuration, and far from the end of the stack. */
  private static final int MOST_NESTED = 64;

  private static final JsonFactory FACTORY = JsonFactory.builder()
      .streamReadConstraints(
          StreamReadConstraints.builder().maxNestingDepth(MOST_NESTED).build())
      .build();

  /** Parts of Jackson's messages that repeat the text, which may be a secret, or Java's view of the source. */
  private static final Pattern CHATTER = Pattern.compile(
      "\\(start marker at .*\\)|\\(for Object starting at .*\\)|'(?!.'|null'|true'|false')[^']*'|('[^']*')",
      Pattern.DOTALL);

  private final JsonParser parser;
  private final Faults faults;
  private int place;

  private JsonText(JsonParser parser, Faults faults) {
    this.parser = parser;
    this.faults = faults;
  }

  /** The value of the text. Duplicate keys are added to the faults; a syntax error ends it and is thrown. */
  static Json parse(String text, Faults faults) throws ConfigException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      try {
        return new JsonText(parser, faults).whole();
      } catch (JsonProcessingException e) {
        faults.add(Integer.MAX_VALUE, position(e, parser), message(e), "well-formed JSON");
        throw faults.exception();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Json whole() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw new JsonParseException(parser, "Nothing but blanks", parser.currentLocation());
    }
    Json value = value(JsonPath.ROOT, first);
    if (parser.nextToken() != null) {
      throw new JsonParseException(
          parser, "More text after the end", parser.currentTokenLocation());
    }
    return value;
  }

  private Json value(String path, @Nullable JsonToken token) throws IOException {
    int here = place++;
    if (token == null) {
      throw new JsonParseException(parser, "Unexpected end", parser.currentLocation());
    }
    return switch (token) {
      case START_OBJECT -> object(path, here);
      case START_ARRAY -> list(path, here);
      case VALUE_STRING -> new Json.Str(here, parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Num(here, parser.getText());
      case VALUE_TRUE -> new Json.Bool(here, true);
      case VALUE_FALSE -> new Json.Bool(here, false);
      case VALUE_NULL -> new Json.Nil(here);
      default ->
        throw new JsonParseException(parser, "Unexpected " + token, parser.currentTokenLocation());
    };
  }

  private Json object(String path, int here) throws IOException {
    Map<String, Json> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      String at = JsonPath.member(path, key);
      Json member = value(at, parser.nextToken());
      if (members.putIfAbsent(key, member) != null) {
        faults.add(member.place(), at, "duplicate key", "each key once");
      }
    }
    return new Json.Obj(here, members);
  }

  private Json list(String path, int here) throws IOException {
    List<Json> elements = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      elements.add(value(JsonPath.element(path, elements.size()), token));
    }
    return new Json.Arr(here, elements);
  }

  private static String position(JsonProcessingException e, JsonParser parser) {
    JsonLocation known = e.getLocation();
    JsonLocation location = known == null ? parser.currentLocation() : known;
    return "line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  private static String message(JsonProcessingException e) {
    return CHATTER
        .matcher(e.getOriginalMessage())
        .replaceAll("$1") // quotes go in pairs: what stands between two of them is ours
        .replaceAll("\\s+", " ")
        .trim();
  }
}
