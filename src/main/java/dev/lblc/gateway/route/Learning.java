package dev.lblc.gateway.route;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.gateway.route.KeyCascade.Source;
import dev.lblc.plugin.Lease;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a route learns from answers: the answering server becomes the home of each destination that a template makes of the answer.
 * Immutable.
 */
public final class Learning {
  private final List<KeyCascade<AnswerFacts>> templates;

  private Learning(List<KeyCascade<AnswerFacts>> templates) {
    this.templates = templates;
  }

  /** Compiles templates; null: nothing is learned. */
  static @Nullable Learning compile(List<DestinationTemplate> templates) {
    return templates.isEmpty()
        ? null
        : new Learning(templates.stream()
            .map(template -> KeyCascade.compile(List.of(template), Learning::source))
            .toList());
  }

  /** Learns from an answer that the server of the lease has given. */
  public void learn(AnswerFacts answer, Lease from) {
    for (KeyCascade<AnswerFacts> template : templates) {
      String destination = template.keyOf(answer);
      if (destination != null) {
        from.learned(destination);
      }
    }
  }

  private static Source<AnswerFacts> source(Field field) {
    String name = String.valueOf(field.name());
    return switch (field.kind()) {
      case SET_COOKIE -> facts -> SetCookie.value(facts.headers("set-cookie"), name);
      case RESPONSE -> facts -> facts.header(name);
      default -> {
        Source<RequestFacts> ofRequest =
            DestinationKeys.source(field, JsonFields.ofTemplates(List.of()));
        yield facts -> ofRequest.value(facts.request());
      }
    };
  }
}
