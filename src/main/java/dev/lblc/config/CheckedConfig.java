package dev.lblc.config;

import java.util.List;

/**
 * A valid configuration, and what is suspicious about its keys and the files that it names. {@link ConfigAdvice} has more to say.
 *
 * @param config what the file says
 * @param warnings in file order
 */
public record CheckedConfig(GatewayConfig config, List<ConfigWarning> warnings) {}
