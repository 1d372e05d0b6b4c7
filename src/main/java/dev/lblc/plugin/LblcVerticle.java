package dev.lblc.plugin;

import io.vertx.core.VerticleBase;

/**
 * Schedules the services of its configuration: an object with {@code services} and optionally {@code cluster}, as in the
 * gateway file. Applications reach them by {@link Lblc#of}.
 */
public final class LblcVerticle extends VerticleBase {}
