package dev.lblc.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why exchanges end, as the table of conf/README.md tells users: what the access log says, and the label in metrics. */
final class EndReasons {
  private static final Pattern ROW =
      Pattern.compile("^\\| *(\\d{3})?[^|]*\\| ([^|]+) \\| `([a-z_]+)` \\|");
  private static final Pattern WORDS = Pattern.compile("`([^`]+)`");

  private final Map<String, String> labels = new HashMap<>();

  private EndReasons() {}

  static EndReasons read() throws IOException {
    EndReasons reasons = new EndReasons();
    for (String line : Files.readAllLines(Path.of("conf", "README.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.find()) {
        Matcher words = WORDS.matcher(row.group(2) + line.substring(row.end()));
        while (words.find()) {
          reasons.labels.putIfAbsent(words.group(1), row.group(3));
        }
      }
    }
    reasons.labels.put("-", "answered");
    return reasons;
  }

  /** The label of what the access log says, which has words of its own for each kind of bad request. */
  String label(int status, String words) {
    return labels.getOrDefault(words, status == 400 ? "bad_request" : "unknown: " + words);
  }
}
