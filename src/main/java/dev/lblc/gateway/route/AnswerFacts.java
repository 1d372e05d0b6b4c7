package dev.lblc.gateway.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The facts of the answer to a request, as what is learned from it uses them. */
public interface AnswerFacts {
  /** Returns the facts of the request. */
  RequestFacts request();

  /** Returns the first header of that name; null: none. */
  @Nullable
  String header(String name);

  /** Returns all headers of that name, in order. */
  List<String> headers(String name);
}
