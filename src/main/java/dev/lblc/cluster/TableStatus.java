package dev.lblc.cluster;

/**
 * A shared table, as this node sees it.
 *
 * @param service name
 * @param complete whether the map was pulled
 * @param destinations in this node's copy
 * @param backlog decisions that the map does not have yet
 */
public record TableStatus(String service, boolean complete, int destinations, int backlog) {}
