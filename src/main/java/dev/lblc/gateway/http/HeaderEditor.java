package dev.lblc.gateway.http;

import dev.lblc.config.HttpRouteConfig;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Locale;
import java.util.Map;

/** A route's edits of a message's headers: removals first, then settings. Immutable. */
final class HeaderEditor {
  private final CharSequence[] remove;
  private final CharSequence[] names;
  private final CharSequence[] values;

  /** For these edits, none of them of a header that frames the message: the reader of the configuration sees to it. */
  HeaderEditor(HttpRouteConfig.HeaderEdits edits) {
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
    return HttpHeaders.createOptimized(name.toLowerCase(Locale.ROOT));
  }
}
