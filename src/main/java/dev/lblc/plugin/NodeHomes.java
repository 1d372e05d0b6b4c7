package dev.lblc.plugin;

import dev.lblc.PublicApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a node has a destination at home.
 *
 * @param node its id, another one at each start
 * @param name the same at each start
 * @param self whether it is this node
 * @param homes ids of the servers; empty: its table does not have the destination; null: it did not answer
 */
@PublicApi
public record NodeHomes(
    String node, String name, boolean self, @Nullable List<String> homes) {}
