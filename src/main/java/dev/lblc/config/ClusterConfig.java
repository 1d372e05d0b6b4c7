package dev.lblc.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How this node shares its table and counts with others.
 *
 * @param enabled whether it does
 * @param config Hazelcast's configuration file; null: the one that ships with us
 * @param eventBus where it exchanges counts with others
 * @param reportInterval how often changed connection counts are published
 * @param peerTimeout silence after which a peer's connections no longer count
 */
public record ClusterConfig(
    boolean enabled,
    @Nullable Path config,
    EventBusConfig eventBus,
    Duration reportInterval,
    Duration peerTimeout) {}
