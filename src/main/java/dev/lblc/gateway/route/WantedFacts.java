package dev.lblc.gateway.route;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.scheduler.Facts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the strategy of a route's service wants to see of requests. Immutable. */
public final class WantedFacts {
  private final Map<String, KeyCascade<RequestFacts>> byText;
  private final boolean isOfBody;

  private WantedFacts(Map<String, KeyCascade<RequestFacts>> byText, boolean isOfBody) {
    this.byText = byText;
    this.isOfBody = isOfBody;
  }

  /**
   * Compiles templates; null: the strategy wants nothing.
   *
   * @param templates by their texts
   * @param json the fields of bodies that are asked for, those of these templates among them
   */
  static @Nullable WantedFacts compile(
      Map<String, DestinationTemplate> templates, JsonFields json) {
    if (templates.isEmpty()) {
      return null;
    }
    Map<String, KeyCascade<RequestFacts>> byText = new HashMap<>();
    templates.forEach(
        (text, template) -> byText.put(text, DestinationKeys.compile(List.of(template), json)));
    return new WantedFacts(
        byText, templates.values().stream().anyMatch(DestinationTemplate::isOfBody));
  }

  /** Returns whether the body has to be looked at. */
  boolean isOfBody() {
    return isOfBody;
  }

  /** Returns the facts of a request, as they are now. */
  public Facts of(RequestFacts known) {
    Map<String, String> values = new HashMap<>();
    byText.forEach((text, source) -> {
      String value = source.keyOf(known);
      if (value != null) {
        values.put(text, value);
      }
    });
    return values::get;
  }
}
