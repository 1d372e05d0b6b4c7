package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.HeaderPlan;
import io.vertx.core.MultiMap;
import java.util.Map;

/** The writer that applies a header plan to the header maps of Vert.x. */
final class HeaderWriter {
  private HeaderWriter() {}

  /**
   * Copies headers from one message to another by the plan.
   *
   * @throws IllegalArgumentException if one of them cannot be sent
   */
  static void write(MultiMap from, HeaderPlan plan, MultiMap to) {
    for (Map.Entry<String, String> header : from) {
      String name = header.getKey();
      if (!plan.drops(name)) {
        to.add(name, header.getValue());
      }
    }
    for (int i = 0; i < plan.lines(); i++) {
      to.add(plan.name(i), plan.value(i));
    }
  }
}
