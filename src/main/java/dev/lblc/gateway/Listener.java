package dev.lblc.gateway;

import dev.lblc.config.ListenerConfig;
import dev.lblc.gateway.http.HttpRoutes;
import dev.lblc.gateway.net.ConnectionCount;

/**
 * What all instances of one listener share; thread-safe.
 *
 * @param config as configured
 * @param bindPort what each instance binds: as configured, or for 0 a negative number, by which Vert.x shares a free port
 * @param routes compiled
 * @param connections counts its connections
 */
record Listener(
    ListenerConfig config, int bindPort, HttpRoutes routes, ConnectionCount connections) {}
