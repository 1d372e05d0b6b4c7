package dev.lblc.scheduler;

import java.util.List;

/**
 * Where a destination has its home, as nodes tell each other.
 *
 * @param destination the key
 * @param homes ids of the servers it goes to, the newest first, at least one
 * @param version counts the changes of the homes; 0: no other node knows of this one yet
 * @param lastUseMillis on this node's clock
 * @param isLearned whether a server told this node that it is the home, and nobody confirmed that yet
 */
public record Placement(
    String destination, List<String> homes, int version, long lastUseMillis, boolean isLearned) {
  /** A placement that nobody learned. */
  public Placement(String destination, List<String> homes, int version, long lastUseMillis) {
    this(destination, homes, version, lastUseMillis, false);
  }

  /**
   * Returns the version that the homes are, or count as decided from. What was learned counts as decided from one that another node
   * may just be making of this one's version.
   */
  public int basis() {
    return isLearned ? version + 1 : version;
  }
}
