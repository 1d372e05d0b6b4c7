package dev.lblc.gateway;

import java.util.List;

/**
 * One case of a corpus of raw messages.
 *
 * @param name of the case, with its family
 * @param expected what the client has to see, in order
 * @param octets that are sent, a character each
 * @param arrival what else has to hold of what arrives
 */
record RawCase(String name, List<String> expected, String octets, List<String> arrival) {
  /** Returns whether the client has to see this, among other things. */
  boolean expects(String what) {
    return expected.contains(what);
  }

  @Override
  public String toString() {
    return name;
  }
}
