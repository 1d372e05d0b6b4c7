package dev.lblc.simulation;

/**
 * Something that happens to a server or a node while requests go on.
 *
 * @param at when, in seconds from the start
 * @param kind what
 * @param number of the server or node, from 0 on
 */
public record Incident(double at, Kind kind, int number) {
  /** Whether it happens to a server, not to a node. */
  public boolean isOfServer() {
    return kind == Kind.SERVER_STOPS || kind == Kind.SERVER_COMES;
  }

  /** What happens. */
  public enum Kind {
    /** A server stops: its cache is lost, and its requests go to others. */
    SERVER_STOPS,
    /** A server comes, with an empty cache. One whose first incident this is was not there before. */
    SERVER_COMES,
    /** A node stops: its counts are gone, and its requests come to the next node. */
    NODE_STOPS,
    /** A node comes, with the homes that the others share. */
    NODE_COMES
  }
}
