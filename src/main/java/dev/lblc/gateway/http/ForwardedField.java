package dev.lblc.gateway.http;

import dev.lblc.gateway.route.AsciiCase;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reader of the header Forwarded: a list of elements, one for each proxy on the way, the client's first. Used by one thread.
 *
 * <pre>
 *   Forwarded  element , element ...
 *   element    for=node ; host=name ; proto=scheme ...     in any order, each a token or in quotes
 * </pre>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7239#section-4">RFC 7239, 4</a>
 */
final class ForwardedField {
  /**
   * What one proxy says of the request that it got; null: nothing.
   *
   * @param node who sent it
   * @param host that it asked for
   * @param proto its scheme
   */
  record Element(
      @Nullable String node,
      @Nullable String host,
      @Nullable String proto) {}

  private static final String NOT_IN_TOKENS = "\"(),/:;<=>?@[\\]{} \t";

  private final String text;
  private int at;

  private ForwardedField(String text) {
    this.text = text;
  }

  /** Returns the elements of all lines; none if a line breaks the rules, since its parts could be anybody's. */
  static List<Element> read(List<String> lines) {
    List<Element> elements = new ArrayList<>();
    for (String line : lines) {
      if (!new ForwardedField(line).readInto(elements)) {
        return List.of();
      }
    }
    return elements;
  }

  private boolean readInto(List<Element> elements) {
    do {
      Element element = element();
      if (element == null) {
        return false;
      }
      elements.add(element);
    } while (skip(','));
    return at == text.length();
  }

  private @Nullable Element element() {
    String node = null;
    String host = null;
    String proto = null;
    do {
      skipSpaces();
      String name = token();
      boolean hasValue = !name.isEmpty() && at < text.length() && text.charAt(at++) == '=';
      String value = hasValue ? value() : null;
      if (value == null) {
        return null;
      }
      switch (AsciiCase.lower(name)) {
        case "for" -> node = value;
        case "host" -> host = value;
        case "proto" -> proto = value;
        default -> {}
      }
    } while (skip(';'));
    return new Element(node, host, proto);
  }

  /** Returns null if there is none. */
  private @Nullable String value() {
    if (at < text.length() && text.charAt(at) == '"') {
      at++;
      return quoted();
    }
    String token = token();
    return token.isEmpty() ? null : token;
  }

  private String token() {
    int start = at;
    while (at < text.length()
        && text.charAt(at) > ' '
        && NOT_IN_TOKENS.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(start, at);
  }

  /** Returns null if the second quote is missing. */
  private @Nullable String quoted() {
    StringBuilder value = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return value.toString();
      }
      if (c == '\\' && at < text.length()) {
        c = text.charAt(at++);
      }
      value.append(c);
    }
    return null;
  }

  private boolean skip(char wanted) {
    skipSpaces();
    boolean isThere = at < text.length() && text.charAt(at) == wanted;
    if (isThere) {
      at++;
    }
    return isThere;
  }

  private void skipSpaces() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
  }
}
