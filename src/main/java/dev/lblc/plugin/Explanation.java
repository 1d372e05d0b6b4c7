package dev.lblc.plugin;

import dev.lblc.PublicApi;
import dev.lblc.scheduler.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request for a destination would get now, and why.
 *
 * @param service name
 * @param strategy name
 * @param destination the key asked about; null: none
 * @param server id of the server that would be chosen; null: none is available
 * @param reason why
 * @param homes ids of the servers the table holds for the destination; empty: no entry
 * @param text a sentence for a person, and behind it what the strategy says it went by, if it does
 * @param servers the servers' state that the choice was made from, in list order
 */
@PublicApi
public record Explanation(
    String service,
    String strategy,
    @Nullable String destination,
    @Nullable String server,
    Reason reason,
    List<String> homes,
    String text,
    List<ServiceStatus.ServerStatus> servers) {}
