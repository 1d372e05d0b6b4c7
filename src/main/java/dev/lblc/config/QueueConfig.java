package dev.lblc.config;

import java.time.Duration;

/**
 * How requests and connections wait for a server while those that they could have are full.
 *
 * @param length how many wait at a time, of this node, at least 1; further ones are refused at once
 * @param timeout how long each may wait
 * @param homeWait how long a destination waits for its home before it takes any server that has room: what it costs to serve it from
 *     one that does not know it
 */
public record QueueConfig(int length, Duration timeout, Duration homeWait) {}
