package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.HeaderPlan;

/**
 * The writer of a header plan that copies octets: runs of headers that go on as they came, then the lines of the plan. Confined to
 * one thread.
 */
final class PlanWriter {
  private final Slice name = new Slice();

  /** Writes the headers of a head by the plan; the empty line at their end is the caller's. */
  void write(HeadBuffer from, HeaderPlan plan, HeadOut to) {
    HeadParser head = from.parser();
    byte[] bytes = from.octets();
    int run = -1;
    for (int i = 0; i < head.count(); i++) {
      if (plan.drops(name.at(bytes, head.nameStart(i), head.nameEnd(i)))) {
        if (run >= 0) {
          to.add(bytes, run, head.nameStart(i));
          run = -1;
        }
      } else if (run < 0) {
        run = head.nameStart(i);
      }
    }
    if (run >= 0) {
      to.add(bytes, run, head.headersEnd());
    }
    for (int i = 0; i < plan.lines(); i++) {
      to.line(plan.name(i), plan.value(i));
    }
  }
}
