package dev.lblc.gateway.http;

import java.util.List;

/**
 * What the access log shows of a request that could not be read.
 *
 * @param method the first word of a line that looks like a request line, else a dash
 * @param target the second word, or the whole line
 * @param protocol of the third word
 */
public record UnreadableLine(String method, String target, Protocol protocol) {
  /** As much of a line as a log shows, in characters. */
  public static final int LONGEST = 256;

  /**
   * Returns the parts of a first line.
   *
   * @param text of the line, or the beginning of it, without its end
   * @param isWhole whether the line has come to its end
   */
  public static UnreadableLine of(String text, boolean isWhole) {
    String[] words = text.split(" ", -1);
    boolean isLikeOne = words.length == 3 || (words.length == 2 && !isWhole);
    if (!isLikeOne || List.of(words).contains("")) {
      return new UnreadableLine("-", text, Protocol.UNKNOWN);
    }
    String version = words.length == 3 ? words[2] : "";
    return new UnreadableLine(
        words[0],
        words[1],
        version.equals(Protocol.HTTP_1_1.text())
            ? Protocol.HTTP_1_1
            : version.equals(Protocol.HTTP_1_0.text()) ? Protocol.HTTP_1_0 : Protocol.UNKNOWN);
  }
}
