package dev.lblc.gateway.http;

import dev.lblc.gateway.route.HeaderEdits;
import dev.lblc.gateway.route.HeaderNames;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The plan for the headers of one message: which names are dropped, and which lines are added.
 *
 * <pre>
 *   for each header that came:  if not drops(name), copy it
 *   for each line of the plan:  add it
 * </pre>
 *
 * <p>A header that is set is dropped and has a line. A plan lets an engine copy each header once, into a map or from buffer to
 * buffer: no header is written and removed again. It may serve many messages: once an engine has it, it stays as it is.
 */
public final class HeaderPlan {
  private static final String FORWARDED_PREFIX = "x-forwarded-";
  private static final String CERTIFICATE_PREFIX = "x-client-cert";
  private static final CharSequence[] NO_LINES = {};

  /** Names and values of the forwarding headers and the Host. */
  private static final int FIRST_LINES = 12;

  private final HeaderNames dropped;
  private final HeaderEdits edits;
  private final @Nullable HeaderNames named;
  private final HeaderNames replaced;
  private final boolean dropsClaims;
  private CharSequence[] lines = NO_LINES;
  private int size;

  /**
   * Creates a plan with the lines that the route sets; the gateway's own lines are added later.
   *
   * @param dropped names that are dropped from every message of this direction
   * @param edits of the route
   * @param named names that the Connection header names; null: none
   * @param replaced more names that are dropped
   * @param dropsClaims whether all X-Forwarded and X-Client-Cert headers are dropped
   */
  HeaderPlan(
      HeaderNames dropped,
      HeaderEdits edits,
      @Nullable HeaderNames named,
      HeaderNames replaced,
      boolean dropsClaims) {
    this.dropped = dropped;
    this.edits = edits;
    this.named = named;
    this.replaced = replaced;
    this.dropsClaims = dropsClaims;
    List<HeaderEdits.Line> set = edits.set();
    if (!set.isEmpty()) {
      lines = new CharSequence[2 * set.size() + FIRST_LINES];
      for (HeaderEdits.Line line : set) {
        append(line.name(), line.value());
      }
    }
  }

  /** Returns whether the plan is made with these edits of a route. */
  boolean isWith(HeaderEdits wanted) {
    return edits.equals(wanted);
  }

  /** Returns whether headers of that name are dropped. */
  public boolean drops(CharSequence name) {
    return dropped.contains(name)
        || edits.dropped().contains(name)
        || replaced.contains(name)
        || isNamed(name)
        || (dropsClaims && isClaim(name));
  }

  /** Returns whether the Connection header has named this one. */
  boolean isNamed(CharSequence name) {
    return named != null && named.contains(name);
  }

  /** Returns how many lines there are. */
  public int lines() {
    return size / 2;
  }

  /** Returns the name of a line, in lower case. */
  public CharSequence name(int line) {
    return lines[2 * line];
  }

  /** Returns the value of a line. */
  public CharSequence value(int line) {
    return lines[2 * line + 1];
  }

  /** Adds a line, unless the route has removed or set the header. */
  void add(CharSequence name, CharSequence value) {
    if (!edits.dropped().contains(name)) {
      append(name, value);
    }
  }

  private void append(CharSequence name, CharSequence value) {
    if (size == lines.length) {
      lines = Arrays.copyOf(lines, Math.max(FIRST_LINES, 2 * size));
    }
    lines[size++] = name;
    lines[size++] = value;
  }

  private static boolean isClaim(CharSequence name) {
    return name.length() > FORWARDED_PREFIX.length()
        && (name.charAt(0) | 0x20) == 'x'
        && (startsWith(name, FORWARDED_PREFIX) || startsWith(name, CERTIFICATE_PREFIX));
  }

  /** Returns whether a name begins so in any case. To servers that make variables of headers an underscore is a hyphen. */
  private static boolean startsWith(CharSequence name, String prefix) {
    if (name.length() < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      int c = name.charAt(i);
      int wanted = prefix.charAt(i);
      if (wanted == '-' ? c != '-' && c != '_' : (c | 0x20) != wanted) {
        return false;
      }
    }
    return true;
  }
}
