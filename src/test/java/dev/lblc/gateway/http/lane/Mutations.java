package dev.lblc.gateway.http.lane;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Messages that are nearly right: some octets of a right one are left out, changed, repeated or added. */
final class Mutations {
  private final Random random;
  private final List<String> seeds;
  private final List<String> pieces;

  Mutations(Random random, List<String> seeds, List<String> pieces) {
    this.random = random;
    this.seeds = seeds;
    this.pieces = pieces;
  }

  byte[] next() {
    StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
    for (int i = random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(4)) {
        case 0 -> text.insert(at, pieces.get(random.nextInt(pieces.size())));
        case 1 -> text.deleteCharAt(at);
        case 2 -> text.setCharAt(at, (char) random.nextInt(256));
        default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 8)));
      }
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
