package dev.lblc.gateway.route;

import dev.lblc.config.IllegalPathException;
import dev.lblc.config.NormalPath;
import org.jspecify.annotations.Nullable;

/**
 * The target of a request: a path, perhaps a query, and perhaps an authority before them.
 *
 * @param authority of a target in absolute form, which overrides the Host header; null: the target had none
 * @param origin the target in origin form, otherwise as it came
 * @param path in normal form
 * @param query what follows the question mark, as it came; null: no question mark
 */
public record RequestTarget(
    @Nullable String authority,
    String origin,
    String path,
    @Nullable String query) {

  /**
   * Reads a target in origin or absolute form.
   *
   * @throws BadRequestException for any other form, and for a path that {@link NormalPath} refuses
   */
  public static RequestTarget parse(String target) {
    if (!target.isEmpty() && target.charAt(0) == '/') {
      return ofOrigin(null, target);
    }
    int start = target.regionMatches(true, 0, "http://", 0, 7)
        ? 7
        : target.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
    if (start < 0) {
      throw new BadRequestException("bad target");
    }
    int end = start;
    while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
      end++;
    }
    if (end == start) {
      throw new BadRequestException("bad target");
    }
    String rest = target.substring(end);
    return ofOrigin(target.substring(start, end), rest.startsWith("/") ? rest : "/" + rest);
  }

  private static RequestTarget ofOrigin(@Nullable String authority, String origin) {
    int question = origin.indexOf('?');
    try {
      if (question < 0) {
        return new RequestTarget(authority, origin, NormalPath.of(origin), null);
      }
      for (int i = question + 1; i < origin.length(); i++) {
        NormalPath.checkQuery(origin.charAt(i));
      }
      return new RequestTarget(
          authority,
          origin,
          NormalPath.of(origin.substring(0, question)),
          origin.substring(question + 1));
    } catch (IllegalPathException e) {
      throw new BadRequestException(e.reason());
    }
  }

  /** See {@link RequestFacts#pathWithoutParameters}. */
  public String pathWithoutParameters() {
    if (origin.indexOf(';') < 0 && origin.indexOf("%3") < 0) {
      return path; // nearly always
    }
    String came = pathAsItCame();
    StringBuilder bare = new StringBuilder(came.length());
    boolean within = false;
    for (int i = 0; i < came.length(); i++) {
      boolean ends = came.charAt(i) == '/' || came.regionMatches(true, i, "%2f", 0, 3);
      within =
          !ends && (within || came.charAt(i) == ';' || came.regionMatches(true, i, "%3b", 0, 3));
      if (!within) {
        bare.append(came.charAt(i));
      }
    }
    try {
      return NormalPath.of(bare.toString());
    } catch (IllegalPathException e) {
      throw new BadRequestException(e.reason());
    }
  }

  /**
   * Returns the target without a prefix of its path; unchanged if the path does not begin with the segments of the prefix. The
   * rest is as it came if the client wrote the prefix literally, else in normal form.
   *
   * @param prefix in normal form, without final slash
   */
  public String withoutPrefix(String prefix) {
    if (!path.startsWith(prefix)
        || (path.length() > prefix.length() && path.charAt(prefix.length()) != '/')) {
      return origin;
    }
    String rest = path.substring(prefix.length());
    String came = pathAsItCame();
    if (came.startsWith(prefix)) {
      String tail = came.substring(prefix.length());
      if (tail.equals(rest) || (tail.startsWith("/") && normalOrEmpty(tail).equals(rest))) {
        rest = tail;
      }
    }
    return (rest.isEmpty() ? "/" : rest) + (query == null ? "" : "?" + query);
  }

  private String pathAsItCame() {
    int question = origin.indexOf('?');
    return question < 0 ? origin : origin.substring(0, question);
  }

  private static String normalOrEmpty(String path) {
    try {
      return NormalPath.of(path);
    } catch (IllegalPathException e) {
      // Such as "/..", which climbs out of the prefix: the normal form is forwarded instead.
      return "";
    }
  }
}
