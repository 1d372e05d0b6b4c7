package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the text, the reader answers with a configuration or with a list of faults. */
class ConfigFuzzTest {
  private static final int ROUNDS = Integer.getInteger("lblc.fuzz.rounds", 4_000);

  private static final List<String> MORSELS = List.of(
      "{",
      "}",
      "[",
      "]",
      "\"",
      ":",
      ",",
      "null",
      "true",
      "0",
      "-1",
      "1e999999999",
      "1e-999999999",
      "1e2147483647",
      "1e99999999999999999999",
      "99999999999999999999",
      "0.5",
      "\\",
      "\\u0000",
      "\\ud800",
      "\u0000",
      "\uD800",
      "\u2028",
      "${",
      "${SECRET}",
      "${X}",
      "$$",
      "$",
      "{host}",
      "{path:9999999999}",
      "{header:}",
      "*",
      "/",
      "..",
      "9223372036854775807h",
      "::",
      "1.2.3.4/99999999999",
      "\"a\":1,",
      "{\"\":{}}",
      "[[[[[[[[");

  @TempDir
  private Path directory;

  @Test
  void text_mutatedAtRandom_neverThrowsAnythingElse() {
    JsonObject full = Sample.full(directory);
    String text = full.encode();
    long seed = Long.getLong("lblc.fuzz.seed", 20_260_101L);
    Random random = new Random(seed);
    int valid = 0;
    int faulty = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String mutant = mutant(text, random);
      try {
        Sample.read(mutant);
        valid++;
      } catch (ConfigException e) {
        faulty++;
        assertThat(e.errors()).isNotEmpty();
        assertThat(e.errors())
            .filteredOn(error -> !error.expected().startsWith("one of "))
            .noneMatch(error -> error.toString().contains("s3cret"));
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed + ", round " + round + ": " + mutant, e);
      }
    }
    assertThat(valid).isPositive();
    assertThat(faulty).isPositive();
  }

  /** Cuts, copies or inserts at up to three places. */
  private static String mutant(String text, Random random) {
    StringBuilder mutant = new StringBuilder(text);
    for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
      int from = random.nextInt(mutant.length());
      int to = Math.min(mutant.length(), from + random.nextInt(12));
      switch (random.nextInt(4)) {
        case 0 -> mutant.delete(from, to);
        case 1 -> mutant.insert(random.nextInt(mutant.length()), mutant.substring(from, to));
        case 2 -> mutant.replace(from, to, MORSELS.get(random.nextInt(MORSELS.size())));
        default -> mutant.insert(from, MORSELS.get(random.nextInt(MORSELS.size())));
      }
    }
    return mutant.toString();
  }
}
