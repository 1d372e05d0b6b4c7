package dev.lblc.scheduler;

import java.util.List;

/**
 * Where a destination has its home, as nodes tell each other.
 *
 * @param destination the key
 * @param homes ids of the servers it goes to, the newest first, at least one
 * @param version counts the changes of the homes; 0: no other node knows of this one yet
 * @param lastUseMillis on this node's clock
 */
public record Placement(String destination, List<String> homes, int version, long lastUseMillis) {}
