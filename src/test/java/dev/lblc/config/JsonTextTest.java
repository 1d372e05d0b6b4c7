package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a person is told about a text that is not JSON. */
final class JsonTextTest {
  static Stream<Arguments> faults() {
    return Stream.of(
        // a comma too many
        fault("{'a': 1,}", 1, 8, "a comma before }", "no comma after the last value"),
        fault("{'a': [1,\n2,\n]}", 2, 2, "a comma before ]", "no comma after the last value"),
        fault("{'a': 1,\n}", 1, 8, "a comma before }", "no comma after the last value"),
        fault("{'a': {'b': 1 ,\n\n }}", 1, 15, "a comma before }", "no comma after the last value"),
        fault("[1,,2]", 1, 4, "a second comma", "one comma between two values"),
        fault("{'a': 1,\n,'b': 2}", 2, 1, "a second comma", "one comma between two values"),
        fault("[,1]", 1, 2, "a comma with nothing before it", "a value, or ]"),
        fault("{,}", 1, 2, "a comma with nothing before it", "a value, or }"),
        // a comma too few: where it is missing, not where the next value begins
        fault("{'a': 1\n 'b': 2}", 1, 8, "no comma after this value", "a comma, or }"),
        fault("{'a': 'x'   \n\n'b': 2}", 1, 10, "no comma after this value", "a comma, or }"),
        fault("{'a': {}\n'b': 2}", 1, 9, "no comma after this value", "a comma, or }"),
        fault("[1 2]", 1, 3, "no comma after this value", "a comma, or ]"),
        fault("[{}\n{}]", 1, 4, "no comma after this value", "a comma, or ]"),
        fault("['a' 'b']", 1, 5, "no comma after this value", "a comma, or ]"),
        fault("['a'; 'b']", 1, 5, "the character ;", "a comma, or ]"),
        fault("{'a': 1 b: 2}", 1, 8, "no comma after this value", "a comma, or }"),
        fault(
            "{'a': 'say 'hi''}",
            1,
            13,
            "text after a closing quote or bracket",
            "a comma; \\\" for"),
        // comments
        fault("// x\n{}", 1, 1, "a comment", "a key \"//\" or \"$comment\" may hold one"),
        fault("{} # x", 1, 4, "a comment", "JSON, which has none"),
        fault("{'a': /* x\n */ 1}", 1, 7, "a comment", "JSON, which has none"),
        fault("{'a': 1, // x\n'b': 2}", 1, 10, "a comment", "JSON, which has none"),
        fault("{'a' // x\n: [1 # y]\n]}", 1, 6, "a comment", "JSON, which has none"),
        fault("{'a': 1} /* x", 1, 10, "a comment without its end", "JSON, which has no comments"),
        // quotes
        fault("{a: 1}", 1, 2, "a key without quotes", "a key in double quotes"),
        fault("{'a': 1,\n  b-c: 2}", 2, 3, "a key without quotes", "a key in double quotes"),
        fault("{1: 2}", 1, 2, "a key without quotes", "a key in double quotes"),
        fault(
            "{`a': 1}", 1, 2, "other quotes than double ones", "double quotes (\") around the key"),
        fault("{\u201ca\u201d: 1}", 1, 2, "other quotes than double ones", "around the key"),
        fault(
            "{'a': `x`}", 1, 7, "other quotes than double ones", "double quotes (\") around text"),
        fault("{'a': \u201cx\u201d}", 1, 7, "other quotes than double ones", "around text"),
        fault("{'a': x}", 1, 7, "a word without quotes", "text in double quotes"),
        fault("{'a': 5s}", 1, 7, "neither a number nor text in quotes", "as in \"5s\""),
        fault("{'a': 127.0.0.1}", 1, 7, "neither a number nor text in quotes", "as in \"5s\""),
        fault("{'a': ${PORT}}", 1, 7, "a variable without quotes", "around it: \"${NAME}\""),
        fault("{'a': /images}", 1, 7, "the character /", "a value: text in double quotes"),
        fault("{'a: 1,\n'b': 2}", 1, 2, "a string without its closing quote", "\" in the line"),
        fault("{'a': 'x}", 1, 7, "a string without its closing quote", "\" in the line"),
        fault(
            "{'a': 'C:\\Users'}",
            1,
            10,
            "a backslash that begins no escape",
            "\\\\ stands for a backslash"),
        fault("{'a': '\\u12g4'}", 1, 8, "\\u without four hexadecimal digits", "\\u00e9"),
        fault("{'a': 'x\ty'}", 1, 9, "a tab in a string", "\\t"),
        fault("{'a': 'x\0y'}", 1, 9, "the character U+0000 in a string", "\\u0000"),
        // colons
        fault("{'a' 1}", 1, 5, "no colon after a key", "a colon"),
        fault("{'a'\n 'b': 1}", 1, 5, "no colon after a key", "a colon"),
        fault("{'a' = 1}", 1, 6, "= after a key", "a colon"),
        fault("{'a', 'b'}", 1, 5, "a key without a value", "a colon and a value"),
        fault("{'a'}", 1, 5, "a key without a value", "a colon and a value"),
        fault("{'a':\n}", 1, 6, "no value after the colon", "a value"),
        fault("{'a': , 'b': 1}", 1, 6, "no value after the colon", "a value"),
        fault("['a': 1]", 1, 5, "the character :", "a comma, or ]"),
        // numbers and words
        fault("[08]", 1, 2, "a number with a leading zero", "a number without it"),
        fault("[+1]", 1, 2, "neither a number nor text in quotes", "a number such as"),
        fault("[.5]", 1, 2, "neither a number nor text in quotes", "a number such as"),
        fault("[1.]", 1, 2, "neither a number nor text in quotes", "a number such as"),
        fault("[1e]", 1, 2, "neither a number nor text in quotes", "a number such as"),
        fault("[-]", 1, 2, "neither a number nor text in quotes", "a number such as"),
        fault("[0x1F]", 1, 2, "neither a number nor text in quotes", "a number such as"),
        fault("[1_000]", 1, 2, "neither a number nor text in quotes", "a number such as"),
        fault("[-Infinity]", 1, 2, "neither a number nor text in quotes", "a number such as"),
        fault("[NaN]", 1, 2, "a word without quotes", "text in double quotes"),
        fault("[True]", 1, 2, "a capital letter in true", "true"),
        fault("[NULL]", 1, 2, "a capital letter in null", "null"),
        fault("[" + "9".repeat(1_001) + "]", 1, 2, "a number of 1001 characters", "at most 1000"),
        // brackets
        fault("{\n'a': [1, 2\n", 2, 11, "the end of the text", "] for the [ of line 2, column 6"),
        fault("{'a': 1", 1, 8, "the end of the text", "} for the { of line 1, column 1"),
        fault("{'a': 1,", 1, 9, "the end of the text", "} for the { of line 1, column 1"),
        fault("{'a':", 1, 6, "the end of the text", "} for the { of line 1, column 1"),
        fault("{'a'", 1, 5, "the end of the text", "} for the { of line 1, column 1"),
        fault("{", 1, 2, "the end of the text", "} for the { of line 1, column 1"),
        fault("[", 1, 2, "the end of the text", "] for the [ of line 1, column 1"),
        fault("{'a': [1}", 1, 9, "}", "] for the [ of line 1, column 7"),
        fault("{'a': [}", 1, 8, "}", "] for the [ of line 1, column 7"),
        fault("{]", 1, 2, "]", "} for the { of line 1, column 1"),
        fault("{'a': 1]", 1, 8, "]", "} for the { of line 1, column 1"),
        fault("{}}", 1, 3, "} without its beginning", "nothing more"),
        fault("{} {}", 1, 4, "text after the end of the JSON value", "nothing more"),
        fault("'a': 1", 1, 4, "a key outside of { and }", "{ and } around the whole text"),
        fault("[".repeat(65), 1, 65, "more than 64 levels", "nested less deeply"),
        fault("", 1, 1, "nothing but blanks", "a JSON object, which begins with {"),
        fault(" \n\n", 1, 2, "nothing but blanks", "a JSON object, which begins with {"),
        fault("listeners:\n  - web", 1, 1, "a word without quotes", "text in double quotes"),
        fault("\u00a0{}", 1, 1, "the character U+00A0", "a value: text in double quotes"),
        fault("{\uFEFF}", 1, 2, "the character U+FEFF", "a key in double quotes"),
        // ends of lines
        fault("{\r\n'a': 1,\r\n}", 2, 7, "a comma before }", "no comma after the last value"),
        fault("{\r'a': 1,\r}", 2, 7, "a comma before }", "no comma after the last value"));
  }

  /** The text has ' where JSON has a double quote, and ` where it has a single one. */
  private static Arguments fault(String text, int line, int column, String found, String expected) {
    return Arguments.of(
        text.replace('\'', '"').replace('`', '\''),
        "line " + line + ", column " + column,
        found,
        expected);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void textThatIsNotJson_read_isToldWhereAndHow(
      String text, String position, String found, String expected) {
    ConfigError error = errors(text).errors().get(0);
    assertThat(error.path()).as(error.toString()).isEqualTo(position);
    assertThat(error.value()).isEqualTo(found);
    assertThat(error.expected()).contains(expected);
  }

  @Test
  void commasAndComments_manyOfThem_areAllListedInFileOrder() {
    String text = """
        {
          // our web
          "a": [1 2, 3,],
          "a": {"b": 1,}
          "c": /* none */ 1,
          "d": {"e": 1}, # the last
        }
        """;
    assertThat(errors(text).errors())
        .extracting(error -> error.path() + ": " + error.value())
        .containsExactly(
            "line 2, column 3: a comment",
            "line 3, column 10: no comma after this value",
            "line 3, column 15: a comma before ]",
            "$.a: duplicate key",
            "line 4, column 15: a comma before }",
            "line 4, column 17: no comma after this value",
            "line 5, column 8: a comment",
            "line 6, column 16: a comma before }",
            "line 6, column 18: a comment");
  }

  @Test
  void faults_beyondAHundred_areLeftOut() {
    assertThat(errors("[" + "1 ".repeat(1_000) + "]").errors()).hasSize(100);
  }

  @Test
  void messages_neverRepeatTheText() {
    for (String text : new String[] {
      "{s3cret: 1}",
      "{\"token\": s3cret}",
      "{\"token\": 's3cret'}",
      "{\"token\": \"x\"s3cret}",
      "{\"token\" s3cret}",
      "{\"token\": 53s3cret}",
      "{\"token\": 1} s3cret",
      "{\"token\": \"s3cret",
      "{\"token\": \"s3cret\\x\"}",
      "{ // s3cret\n}",
      "s3cret"
    }) {
      assertThat(errors(text).getMessage()).as(text).doesNotContain("s3cret");
    }
  }

  private static ConfigException errors(String text) {
    ConfigException e = catchThrowableOfType(
        ConfigException.class, () -> JsonText.parse(text, new Faults("test.json")));
    assertThat(e).as(text).isNotNull();
    return e;
  }
}
