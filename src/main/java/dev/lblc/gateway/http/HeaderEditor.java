package dev.lblc.gateway.http;

import dev.lblc.config.RouteConfig;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A route's edits of a message's headers: removals first, then settings. Immutable. */
final class HeaderEditor {
  /** What frames a message or belongs to one connection is not the route's to change; Host has an option of its own. */
  private static final Set<String> NOT_EDITABLE = Set.of(
      "connection",
      "content-length",
      "host",
      "keep-alive",
      "te",
      "trailer",
      "transfer-encoding",
      "upgrade");

  private final CharSequence[] remove;
  private final CharSequence[] names;
  private final CharSequence[] values;

  /**
   * For these edits.
   *
   * @throws IllegalArgumentException if one is of a header that frames the message
   */
  HeaderEditor(RouteConfig.HeaderEdits edits) {
    remove = edits.remove().stream().map(HeaderEditor::name).toArray(CharSequence[]::new);
    names = edits.set().keySet().stream().map(HeaderEditor::name).toArray(CharSequence[]::new);
    values = edits.set().entrySet().stream()
        .map(Map.Entry::getValue)
        .map(HttpHeaders::createOptimized)
        .toArray(CharSequence[]::new);
  }

  /** Edits these headers. */
  void edit(MultiMap headers) {
    for (CharSequence name : remove) {
      headers.remove(name);
    }
    for (int i = 0; i < names.length; i++) {
      headers.set(names[i], values[i]);
    }
  }

  private static CharSequence name(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (NOT_EDITABLE.contains(lower)) {
      throw new IllegalArgumentException(
          "header " + name + " (expected: one that does not frame the message)");
    }
    return HttpHeaders.createOptimized(lower);
  }
}
