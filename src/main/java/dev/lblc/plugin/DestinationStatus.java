package dev.lblc.plugin;

import dev.lblc.PublicApi;
import java.util.List;

/**
 * An entry of a destination table.
 *
 * @param destination the key
 * @param homes ids of the servers it goes to: one, or with lblcr the set, the newest first
 * @param idleMillis milliseconds since its last use
 */
@PublicApi
public record DestinationStatus(String destination, List<String> homes, long idleMillis) {}
