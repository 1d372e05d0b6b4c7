package dev.lblc.cluster;

import java.util.List;

/**
 * Homes that a node decided and the map has not confirmed in time, as nodes tell each other beside the map.
 *
 * @param destination the key
 * @param homes ids of the servers it goes to, the newest first, at least one
 * @param claim what they rest on
 * @param lastUseMillis in cluster time
 */
record HomeHint(String destination, List<String> homes, Claim claim, long lastUseMillis) {}
