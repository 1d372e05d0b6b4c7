package dev.lblc.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How this node shares its tables, counts and edits with other nodes.
 *
 * @param enabled whether this node shares them
 * @param node name of this node in metrics and the API; null: its host's name and the port of Hazelcast
 * @param config Hazelcast's configuration file; null: the one that ships with us
 * @param eventBus over which nodes report counts and send other messages
 * @param reportInterval how often changed connection counts are published
 * @param peerTimeout silence after which a peer's connections no longer count
 */
public record ClusterConfig(
    boolean enabled,
    @Nullable String node,
    @Nullable Path config,
    EventBusConfig eventBus,
    Duration reportInterval,
    Duration peerTimeout) {}
