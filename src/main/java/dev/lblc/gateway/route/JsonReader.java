package dev.lblc.gateway.route;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import dev.lblc.gateway.route.JsonFields.Node;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one text in JSON that comes in pieces. Confined to one thread.
 *
 * <pre>
 *   OPEN     more may come                    the end of its outermost object or list: WHOLE; no JSON: FAULTY
 *   WHOLE    what follows is not looked at
 *   FAULTY   no field has a value
 * </pre>
 *
 * <p>A field that a text has twice has no value: whoever else reads the text may take either. Nor has one that is null, an object or a
 * list.
 *
 * <p>The parser keeps no names of members, which clients choose: a table of them takes fifteen times as much as their octets.
 */
final class JsonReader {
  /** As deep as the parsers of most languages go. */
  private static final int DEEPEST = 1_000;

  private static final JsonFactory FACTORY = JsonFactory.builder()
      .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
      .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
      .streamReadConstraints(
          StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
      .build();

  private enum State {
    OPEN,
    WHOLE,
    FAULTY
  }

  private final JsonParser parser;
  private final @Nullable String[] values;
  private final boolean[] isSeen;
  private final boolean[] isTwice;
  private final Node root;

  /** The containers around the present place that are asked for, from the outside in, and the index of the last element in each. */
  private @Nullable Node[] around = new @Nullable Node[8];

  private int[] elements = new int[8];
  private int depth;

  /** How many containers that nobody asks for are open within them. */
  private int ignored;

  private @Nullable Node next;
  private State state = State.OPEN;

  JsonReader(JsonFields fields) {
    try {
      parser = FACTORY.createNonBlockingByteArrayParser();
    } catch (IOException e) {
      throw new IllegalStateException("a parser without input has read", e);
    }
    values = new @Nullable String[fields.size()];
    isSeen = new boolean[fields.size()];
    isTwice = new boolean[fields.size()];
    root = fields.root();
  }

  /** Returns whether more of the text can change anything. */
  boolean isOpen() {
    return state == State.OPEN;
  }

  /** Reads on. */
  void read(byte[] octets, int from, int to) {
    if (state != State.OPEN || from == to) {
      return;
    }
    try {
      ((ByteArrayFeeder) parser.getNonBlockingInputFeeder()).feedInput(octets, from, to);
      while (state == State.OPEN) {
        JsonToken token = parser.nextToken();
        if (token == null || token == JsonToken.NOT_AVAILABLE) {
          return;
        }
        take(token);
      }
    } catch (IOException | IllegalStateException e) { // no JSON, or beyond the parser's limits
      state = State.FAULTY;
    }
  }

  /** Returns the value of a field; null: it has none. */
  @Nullable
  String value(Node field) {
    if (state == State.FAULTY) {
      return null;
    }
    for (Node node = field; node != null; node = node.parent()) {
      if (isTwice[node.number()]) {
        return null;
      }
    }
    return values[field.number()];
  }

  private void take(JsonToken token) throws IOException {
    switch (token) {
      case START_OBJECT, START_ARRAY -> open(token == JsonToken.START_ARRAY);
      case END_OBJECT, END_ARRAY -> close();
      case FIELD_NAME -> {
        if (ignored == 0) {
          Node container = around[depth - 1];
          next = container == null ? null : container.member(parser.currentName());
        }
      }
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
        value(true);
      default -> value(false);
    }
  }

  private void open(boolean isList) {
    if (depth == 0 && ignored == 0) {
      push(root, isList);
      return;
    }
    if (ignored > 0) {
      ignored++;
      return;
    }
    Node node = place();
    if (node != null && node.hasMembers()) {
      push(node, isList);
    } else {
      ignored = 1;
    }
  }

  private void push(Node node, boolean isList) {
    if (depth == around.length) {
      around = Arrays.copyOf(around, 2 * depth);
      elements = Arrays.copyOf(elements, 2 * depth);
    }
    around[depth] = node;
    elements[depth] = isList ? 0 : -1;
    depth++;
  }

  private void close() {
    if (ignored > 0) {
      ignored--;
    } else {
      depth--;
    }
    if (depth == 0) {
      state = State.WHOLE;
    }
  }

  private void value(boolean hasValue) throws IOException {
    if (depth == 0) {
      state = State.WHOLE; // neither an object nor a list: without fields
      return;
    }
    if (ignored > 0) {
      return;
    }
    Node node = place();
    if (node != null) {
      values[node.number()] = hasValue ? parser.getText() : null;
    }
  }

  /** Returns the node of the value that comes, and notes that it has come; null: nobody asks for it. */
  private @Nullable Node place() {
    Node container = around[depth - 1];
    int element = elements[depth - 1];
    Node node = next;
    next = null;
    if (element >= 0) {
      elements[depth - 1]++;
      node = container == null ? null : container.element(element);
    }
    if (node != null) {
      isTwice[node.number()] |= isSeen[node.number()];
      isSeen[node.number()] = true;
    }
    return node;
  }
}
