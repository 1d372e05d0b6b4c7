package dev.lblc.cluster;

import java.util.Comparator;

/**
 * What a node's homes of a destination rest on. Claims are in one order on all nodes, and of two the higher one wins: so nodes that
 * have heard of the same claims hold the same homes, in whatever order they heard of them.
 *
 * @param version of the record that the homes are, or were decided from; 0: of none
 * @param generation how many decisions were made on top of that version, one after the other; 0: the homes are the record's
 * @param decidedMillis when the last one was made, in cluster time
 * @param node id of the node that made it
 */
record Claim(int version, int generation, long decidedMillis, String node)
    implements Comparable<Claim> {
  /** A later version; on one version a later decision; of two nodes that decided side by side the first, then the lower id. */
  private static final Comparator<Claim> ORDER = Comparator.comparingInt(Claim::version)
      .thenComparingInt(Claim::generation)
      .thenComparing(Comparator.comparingLong(Claim::decidedMillis).reversed())
      .thenComparing(Comparator.comparing(Claim::node).reversed());

  /** What homes rest on that the map has confirmed, or that nobody decided as far as is known. */
  static Claim ofRecord(int version) {
    return new Claim(version, 0, 0, "");
  }

  /** Another decision, made from these homes. */
  Claim next(long nowMillis, String decider) {
    return new Claim(version, WrittenForm.next(generation), nowMillis, decider);
  }

  boolean isProvisional() {
    return generation > 0;
  }

  @Override
  public int compareTo(Claim other) {
    return ORDER.compare(this, other);
  }
}
