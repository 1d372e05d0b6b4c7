package dev.lblc.gateway.http;

import dev.lblc.gateway.route.HeaderEdits;
import dev.lblc.gateway.route.HeaderNames;
import io.netty.util.AsciiString;
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
  private static final List<CharSequence> NOTHING_OF_ITS_OWN = List.of();

  /** Names and values of the forwarding headers and the Host. */
  private static final int FIRST_LINES = 12;

  private final HeaderNames dropped;
  private final HeaderEdits edits;
  private final @Nullable HeaderNames named;
  private final HeaderNames replaced;
  private final boolean dropsClaims;
  private final List<CharSequence> own;
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
    this.own = NOTHING_OF_ITS_OWN;
    List<HeaderEdits.Line> set = edits.set();
    if (!set.isEmpty()) {
      lines = new CharSequence[2 * set.size() + FIRST_LINES];
      for (HeaderEdits.Line line : set) {
        append(line.name(), line.value());
      }
    }
  }

  private HeaderPlan(HeaderPlan base, List<CharSequence> own) {
    this.dropped = base.dropped;
    this.edits = base.edits;
    this.named = base.named;
    this.replaced = base.replaced;
    this.dropsClaims = base.dropsClaims;
    this.lines = base.lines;
    this.size = base.size;
    this.own = own;
  }

  /**
   * Returns this plan for one message that has headers of its own, which replace those that came. Of headers that the route removes or
   * sets, the route's stay.
   *
   * @param more names in lower case and values, in turn; one with an empty value is only dropped
   */
  HeaderPlan with(List<CharSequence> more) {
    return new HeaderPlan(this, more);
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
        || (dropsClaims && isClaim(name))
        || isOwn(name);
  }

  /** Returns whether the Connection header has named this one. */
  boolean isNamed(CharSequence name) {
    return named != null && named.contains(name);
  }

  /** Returns how many lines there are. */
  public int lines() {
    return size / 2 + ownLines();
  }

  /** Returns the name of a line, in lower case. */
  public CharSequence name(int line) {
    return 2 * line < size ? lines[2 * line] : own.get(ownLine(line));
  }

  /** Returns the value of a line. */
  public CharSequence value(int line) {
    return 2 * line < size ? lines[2 * line + 1] : own.get(ownLine(line) + 1);
  }

  /** Adds a line, unless the route has removed or set the header. */
  void add(CharSequence name, CharSequence value) {
    if (!edits.dropped().contains(name)) {
      append(name, value);
    }
  }

  private int ownLines() {
    int count = 0;
    for (int i = 0; i < own.size(); i += 2) {
      count += isWritten(i) ? 1 : 0;
    }
    return count;
  }

  /** Returns where in the list the name of a line is. */
  private int ownLine(int line) {
    int left = line - size / 2;
    int at = 0;
    while (!isWritten(at) || left-- > 0) {
      at += 2;
    }
    return at;
  }

  private boolean isWritten(int at) {
    return own.get(at + 1).length() > 0 && !edits.dropped().contains(own.get(at));
  }

  private boolean isOwn(CharSequence name) {
    for (int i = 0; i < own.size(); i += 2) {
      CharSequence of = own.get(i);
      if (of.length() == name.length() && startsWith(name, of)) {
        return true;
      }
    }
    return false;
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
  private static boolean startsWith(CharSequence name, CharSequence prefix) {
    if (name.length() < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      int c = name.charAt(i);
      int wanted = prefix.charAt(i);
      if (wanted == '-' ? c != '-' && c != '_' : AsciiString.toLowerCase((char) c) != wanted) {
        return false;
      }
    }
    return true;
  }
}
