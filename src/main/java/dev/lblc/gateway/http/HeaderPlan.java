package dev.lblc.gateway.http;

import dev.lblc.gateway.route.HeaderEdits;
import dev.lblc.gateway.route.HeaderNames;
import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the headers of a message on its way through the gateway.
 *
 * <pre>
 *   for each header that came:  if not drops(name), copy it
 *   for each line of the plan:  add it
 * </pre>
 *
 * <p>A plan and no edits: whoever writes the headers copies each once, be it into a map or from one buffer into another, and
 * nothing is written to be removed again. A header that is set is one that is dropped and has a line.
 */
public final class HeaderPlan {
  private static final String FORWARDED_PREFIX = "x-forwarded-";

  private final HeaderNames dropped;
  private final HeaderEdits edits;
  private final @Nullable HeaderNames named;
  private final HeaderNames replaced;
  private final boolean dropsForwarded;
  private CharSequence[] lines = new CharSequence[16];
  private int size;

  /**
   * Creates a plan with the lines that the route sets; those of the gateway's own are added.
   *
   * @param dropped names that are dropped from every message of this direction
   * @param edits of the route
   * @param named names that the Connection header names; null: none
   * @param replaced more names that are dropped
   * @param dropsForwarded whether all X-Forwarded headers are dropped
   */
  HeaderPlan(
      HeaderNames dropped,
      HeaderEdits edits,
      @Nullable HeaderNames named,
      HeaderNames replaced,
      boolean dropsForwarded) {
    this.dropped = dropped;
    this.edits = edits;
    this.named = named;
    this.replaced = replaced;
    this.dropsForwarded = dropsForwarded;
    for (HeaderEdits.Line line : edits.set()) {
      append(line.name(), line.value());
    }
  }

  /** Returns whether a header of that name does not go on. */
  public boolean drops(CharSequence name) {
    return dropped.contains(name)
        || edits.dropped().contains(name)
        || replaced.contains(name)
        || isNamed(name)
        || (dropsForwarded && isForwarded(name));
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
      lines = Arrays.copyOf(lines, 2 * size);
    }
    lines[size++] = name;
    lines[size++] = value;
  }

  private static boolean isForwarded(CharSequence name) {
    int length = FORWARDED_PREFIX.length();
    return name.length() > length
        && AsciiString.regionMatches(name, true, 0, FORWARDED_PREFIX, 0, length);
  }
}
