package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Our parser against Jackson's, on texts of which about half are JSON. */
final class JsonTextFuzzTest {
  private static final int ROUNDS = Integer.getInteger("lblc.fuzz.rounds", 20_000);
  private static final JsonFactory JACKSON = JsonFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).build())
      .build();
  private static final String[] MORSELS = {
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    " ",
    "\n",
    "\t",
    "\\",
    "\\n",
    "\\u00e9",
    "\\ud83d",
    "\u00e9",
    "\ud83d\ude00",
    "0",
    "-",
    "1",
    "9.5",
    "1e5",
    "E+3",
    ".",
    "true",
    "false",
    "null",
    "a",
    "/*",
    "*/",
    "#",
    "'",
    "\r\n",
    "\0",
    "\u00a0",
    "\uFEFF",
    "\"k\":",
    "[1]",
    "{}"
  };

  @Test
  void text_ofAnyKind_isReadAsJacksonReadsIt() throws Exception {
    long seed = Long.getLong("lblc.fuzz.seed", 20_261_128L);
    Random random = new Random(seed);
    int valid = 0;
    for (int round = 0; round < ROUNDS; round++) {
      StringBuilder made = new StringBuilder();
      value(made, random, 0);
      for (int edits = random.nextInt(3); edits > 0; edits--) {
        int at = random.nextInt(made.length() + 1);
        int to = Math.min(made.length(), at + random.nextInt(3));
        made.replace(at, to, MORSELS[random.nextInt(MORSELS.length)]);
      }
      String text = made.toString();
      String expected = byJackson(text);
      assertThat(byUs(text)).as("seed %d, round %d: %s", seed, round, text).isEqualTo(expected);
      valid += expected == null ? 0 : 1;
    }
    assertThat(valid).isBetween(ROUNDS / 4, ROUNDS * 9 / 10);
  }

  private static void value(StringBuilder text, Random random, int depth) {
    int kind = random.nextInt(depth > 3 ? 4 : 7);
    switch (kind) {
      case 0 -> text.append(random.nextInt(2_000) - 1_000);
      case 1 -> text.append(random.nextDouble());
      case 2 -> text.append(random.nextBoolean() ? "true" : "null");
      case 3 -> text.append("\"s").append(MORSELS[10 + random.nextInt(6)]).append(" \"");
      default -> {
        boolean object = kind > 4;
        text.append(object ? "{" : "[ ");
        for (int i = random.nextInt(4); i > 0; i--) {
          text.append(object ? "\"k" + i + "\" :" : "");
          value(text, random, depth + 1);
          text.append(i > 1 ? ",\n" : "");
        }
        text.append(object ? "}" : "]");
      }
    }
  }

  private static @Nullable String byUs(String text) {
    try {
      Faults faults = new Faults("t");
      Json json = JsonText.parse(text, faults);
      faults.throwIfAny();
      return shown(json);
    } catch (ConfigException e) {
      return null;
    }
  }

  private static String shown(Json json) {
    if (json instanceof Json.Obj object) {
      List<String> members = new ArrayList<>();
      object.members().forEach((key, value) -> members.add(key + "=" + shown(value)));
      return "{" + String.join(",", members) + "}";
    }
    if (json instanceof Json.Arr list) {
      return "["
          + String.join(
              ",", list.elements().stream().map(JsonTextFuzzTest::shown).toList()) + "]";
    }
    if (json instanceof Json.Str string) {
      return "'" + string.text();
    }
    return json instanceof Json.Num number ? number.literal() : json.shown();
  }

  /** Null if the text is not JSON, or has a key twice. */
  private static @Nullable String byJackson(String text) {
    try (JsonParser parser = JACKSON.createParser(text)) {
      parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      JsonToken first = parser.nextToken();
      String value = first == null ? null : jackson(parser, first);
      return parser.nextToken() == null ? value : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static String jackson(JsonParser parser, JsonToken token) throws IOException {
    List<String> inside = new ArrayList<>();
    if (token == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        inside.add(key + "=" + jackson(parser, parser.nextToken()));
      }
      return "{" + String.join(",", inside) + "}";
    }
    if (token == JsonToken.START_ARRAY) {
      for (JsonToken next = parser.nextToken();
          next != JsonToken.END_ARRAY;
          next = parser.nextToken()) {
        inside.add(jackson(parser, next));
      }
      return "[" + String.join(",", inside) + "]";
    }
    return token == JsonToken.VALUE_STRING ? "'" + parser.getText() : parser.getText();
  }
}
