package dev.lblc.gateway.http;

import dev.lblc.gateway.route.AnswerFacts;
import dev.lblc.gateway.route.RequestFacts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The facts of an answer whose head has come.
 *
 * @param request what was asked
 * @param head as it came
 */
record AnsweredFacts(RequestFacts request, ResponseHead head) implements AnswerFacts {
  @Override
  public @Nullable String header(String name) {
    return head.header(name);
  }

  @Override
  public List<String> headers(String name) {
    return head.headers(name);
  }
}
