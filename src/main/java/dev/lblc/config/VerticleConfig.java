package dev.lblc.config;

import io.vertx.core.json.JsonObject;

/**
 * A verticle to deploy with the gateway.
 *
 * @param verticle class name
 * @param instances how many, 1 or more
 * @param config the verticle's own part, as the file has it
 */
public record VerticleConfig(String verticle, int instances, JsonObject config) {}
