package dev.lblc.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The reader of a corpus of raw messages. Its lines:
 *
 * <pre>
 *   # ...                     a comment
 *   %let NAME text            from here on {NAME} stands for the text
 *   %family name              begins a family of cases
 *   %as name                  the family has one more template: each of its cases is tried in all of them
 *   &gt; text                    a line of the template, or of the case before it; CR LF ends it, unless its last character is \
 *   &lt; text                    what has to hold of what arrives: of the family's cases, or of the case before it
 *   [expected] name | text    a case: its text stands where the template has %%
 *   [expected] name           a case that has lines of its own
 *   %each 00-1f,7f            of the next case there is one for each of these octets, which it calls %o
 * </pre>
 *
 * <p>In all texts: {@code \r \n \t \s \\ \xHH} are octets, {@code {N*text}} is the text N times; other octets stand for
 * themselves.
 */
final class RawCases {
  private static final Pattern CASE = Pattern.compile("\\[([^]]+)] (.+?)(?: \\|(?: (.*))?)?");
  private static final Pattern TIMES = Pattern.compile("(\\d+)\\*(.*)", Pattern.DOTALL);
  private static final int HEXADECIMAL = 16;

  private final Map<String, String> texts = new HashMap<>();
  private final List<RawCase> cases = new ArrayList<>();
  private String family = "";
  private final Map<String, StringBuilder> templates = new LinkedHashMap<>();
  private final List<String> familyArrival = new ArrayList<>();
  private String template = "";
  private List<String> octets = List.of("");
  private @Nullable Draft draft;

  /** A case whose lines are still being read. */
  private record Draft(
      List<String> expected,
      String name,
      @Nullable String text,
      List<String> octets,
      StringBuilder own,
      List<String> arrival) {}

  private RawCases() {}

  /** Returns the cases of a resource beside this class. */
  static List<RawCase> of(String resource) throws IOException {
    RawCases reader = new RawCases();
    int number = 0;
    for (String line : read(resource).split("\n", -1)) {
      number++;
      try {
        reader.line(line);
      } catch (IllegalArgumentException e) {
        throw new IOException(resource + ", line " + number + ": " + e.getMessage(), e);
      }
    }
    reader.endCase();
    return reader.cases;
  }

  private static String read(String resource) throws IOException {
    try (InputStream in = RawCases.class.getResourceAsStream(resource)) {
      byte[] octets = Objects.requireNonNull(in, resource).readAllBytes();
      return new String(octets, StandardCharsets.US_ASCII);
    }
  }

  private void line(String line) {
    if (line.startsWith(">")) {
      boolean isOpen = line.length() > 1 && trailingBackslashes(line) % 2 == 1;
      String text = line.substring(Math.min(2, line.length()), line.length() - (isOpen ? 1 : 0));
      linesOf().append(isOpen ? text : text + "\\r\\n");
    } else if (line.startsWith("< ")) {
      (draft == null ? familyArrival : draft.arrival()).add(line.substring(2));
    } else if (line.startsWith("[")) {
      endCase();
      Matcher matcher = CASE.matcher(line);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("no case: " + line);
      }
      String text = matcher.group(3);
      boolean hasText = line.endsWith(" |") || text != null;
      List<String> expected =
          List.of(matcher.group(1).replace("closed", "refused end").split(" ", -1));
      draft = new Draft(
          expected,
          matcher.group(2),
          hasText ? Objects.requireNonNullElse(text, "") : null,
          octets,
          new StringBuilder(),
          new ArrayList<>(familyArrival));
      octets = List.of("");
    } else if (line.startsWith("%")) {
      endCase();
      String[] words = line.split(" ", 3);
      directive(words[0], line.substring(words[0].length() + 1), words);
    } else if (!line.isEmpty() && !line.startsWith("#")) {
      throw new IllegalArgumentException("unknown line: " + line);
    }
  }

  private void directive(String what, String rest, String[] words) {
    switch (what) {
      case "%let" -> texts.put(words[1], octets(words[2]));
      case "%family" -> {
        family = rest;
        templates.clear();
        familyArrival.clear();
        template = "";
      }
      case "%as" -> template = ", " + rest;
      case "%each" -> octets = each(rest);
      default -> throw new IllegalArgumentException("unknown directive: " + what);
    }
  }

  private StringBuilder linesOf() {
    return draft != null
        ? draft.own()
        : templates.computeIfAbsent(template, name -> new StringBuilder());
  }

  private void endCase() {
    Draft ended = draft;
    draft = null;
    if (ended == null) {
      return;
    }
    String text = ended.text();
    if (text == null) {
      add(ended, ended.name(), ended.own().toString(), "");
    } else if (templates.isEmpty() || !ended.own().isEmpty()) {
      throw new IllegalArgumentException("no template, or lines and a text: " + ended.name());
    } else {
      for (String octet : ended.octets()) {
        templates.forEach((as, lines) -> add(
            ended,
            ended.name().replace("%o", octet) + as,
            lines.toString().replace("%%", text.replace("%o", "\\x" + octet)),
            text));
      }
    }
  }

  private void add(Draft draft, String name, String text, String filled) {
    List<String> arrival =
        draft.arrival().stream().map(line -> octets(line.replace("%%", filled))).toList();
    cases.add(new RawCase(family + ": " + name, draft.expected(), octets(text), arrival));
  }

  private static List<String> each(String ranges) {
    List<String> octets = new ArrayList<>();
    for (String range : ranges.split(",", -1)) {
      String[] ends = range.split("-", -1);
      int last = Integer.parseInt(ends[ends.length - 1], HEXADECIMAL);
      for (int octet = Integer.parseInt(ends[0], HEXADECIMAL); octet <= last; octet++) {
        octets.add(String.format("%02x", octet));
      }
    }
    return octets;
  }

  /** Returns the octets that a text stands for, a character each. */
  private String octets(String text) {
    StringBuilder octets = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '{') {
        int end = text.indexOf('}', at);
        octets.append(named(text.substring(at, end)));
        at = end + 1;
      } else if (c != '\\') {
        octets.append(c);
      } else {
        char escaped = text.charAt(at++);
        if (escaped == 'x') {
          octets.append((char) Integer.parseInt(text.substring(at, at + 2), HEXADECIMAL));
          at += 2;
        } else {
          octets.append(escaped(escaped));
        }
      }
    }
    return octets.toString();
  }

  private String named(String name) {
    Matcher times = TIMES.matcher(name);
    if (times.matches()) {
      return octets(times.group(2)).repeat(Integer.parseInt(times.group(1)));
    }
    String text = texts.get(name);
    if (text == null) {
      throw new IllegalArgumentException("unknown name: " + name);
    }
    return text;
  }

  private static char escaped(char letter) {
    return switch (letter) {
      case 'r' -> '\r';
      case 'n' -> '\n';
      case 't' -> '\t';
      case 's' -> ' ';
      case '\\' -> '\\';
      default -> throw new IllegalArgumentException("unknown escape: \\" + letter);
    };
  }

  private static int trailingBackslashes(String line) {
    int count = 0;
    while (line.charAt(line.length() - 1 - count) == '\\') {
      count++;
    }
    return count;
  }
}
