package dev.lblc.gateway.route;

import dev.lblc.gateway.route.JsonFields.Node;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of the body of one request, as far as it was looked at before there is a server. Confined to the request's event
 * loop.
 *
 * <pre>
 *   want(needs)                        false: more has to come
 *   until isSettled:  add(octets)      at most room
 *                     end() or close()
 *   json, form, prefix                 what was found
 * </pre>
 *
 * <p>It holds a copy of what it was given, in one piece: pieces of a body, however small, may each be a part of a large buffer.
 */
public final class BodyStart {
  /** That of a request of which nothing is looked at. */
  public static final BodyStart NONE = new BodyStart();

  private static final int FIRST = 1_024;

  private @Nullable JsonFields fields;
  private byte[] octets = {};
  private int length;
  private int most;
  private int prefix;
  private boolean isForm;
  private @Nullable JsonReader json;
  private @Nullable JsonReader whole;
  private int parsed;
  private boolean isInPieces;
  private boolean hasEnded;
  private boolean isClosed;

  /** Creates one that has nothing, and of which nothing is wanted. */
  public BodyStart() {}

  /**
   * Adds to what is wanted. Returns whether it is known, or cannot be.
   *
   * @param isOfForm whether the body is said to be a form: nothing else has parameters
   */
  public boolean want(BodyNeeds needs, boolean isOfForm) {
    most = Math.max(most, needs.most());
    prefix = Math.max(prefix, needs.prefix());
    isForm |= needs.isForm() && isOfForm;
    if (needs.isJson() && json == null) {
      fields = needs.fields();
      json = new JsonReader(needs.fields());
      parse();
    }
    return isSettled();
  }

  /** Returns whether what is wanted is known, or cannot be. */
  public boolean isSettled() {
    return hasEnded || isClosed || length >= most || !isOpen();
  }

  /** Returns whether more octets would tell more. */
  private boolean isOpen() {
    return isForm || length < prefix || (json != null && json.isOpen());
  }

  /** Returns how many octets it takes, at most. */
  public int room() {
    return most - length;
  }

  /** Takes the next octets of the body. */
  public void add(ByteBuffer next) {
    int more = next.remaining();
    if (more > room()) {
      throw new IllegalArgumentException(more + " octets (expected: at most " + room() + ")");
    }
    if (length + more > octets.length) {
      int size = Math.max(Math.max(length + more, FIRST), Math.min(2 * octets.length, most));
      octets = Arrays.copyOf(octets, size);
    }
    next.get(octets, length, more);
    length += more;
    parse();
  }

  private void parse() {
    if (json != null && parsed < length) {
      json.read(octets, parsed, length);
      isInPieces |= parsed > 0;
      parsed = length;
      whole = null;
    }
  }

  /**
   * Returns the reader that has the values. What has come in pieces is read once more: the parser lets some faults pass where a piece
   * ends, and a value must not depend on how the octets have travelled.
   */
  private @Nullable JsonReader whole() {
    JsonFields all = fields;
    if (whole == null && isInPieces && all != null) {
      whole = new JsonReader(all);
      whole.read(octets, 0, length);
    }
    return isInPieces ? whole : json;
  }

  /** Notes that the body has ended. */
  public void end() {
    hasEnded = true;
  }

  /** Looks at no more. */
  public void close() {
    isClosed = true;
  }

  /** Returns how many octets were looked at. */
  public int length() {
    return length;
  }

  /** Returns an array that begins with what was looked at, and does not change once it is settled. */
  public byte[] octets() {
    return octets;
  }

  /** Returns the value of a field of a body that is JSON; null: none. */
  @Nullable
  String json(Node field) {
    JsonReader reader = whole();
    boolean isCutShort = reader != null && hasEnded && reader.isOpen();
    return reader == null || isCutShort ? null : reader.value(field);
  }

  /** Returns the first parameter of that name of a body that is a form, decoded; null: none that is whole. */
  @Nullable
  String form(String name) {
    if (!isForm) {
      return null;
    }
    int whole = length;
    while (!hasEnded && whole > 0 && octets[whole - 1] != '&') {
      whole--;
    }
    return QueryParameter.of(new String(octets, 0, whole, StandardCharsets.ISO_8859_1), name);
  }

  /** Returns the first octets, or all of a body that has fewer, each as a character; null: they are not known. */
  @Nullable
  String prefix(int count) {
    return length >= count || hasEnded
        ? new String(octets, 0, Math.min(count, length), StandardCharsets.ISO_8859_1)
        : null;
  }
}
