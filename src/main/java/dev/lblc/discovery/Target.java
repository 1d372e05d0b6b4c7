package dev.lblc.discovery;

/**
 * A record of type SRV (RFC 2782).
 *
 * @param priority only targets with the lowest one are wanted
 * @param weight share among those of one priority, 0 to 65535
 * @param port TCP port
 * @param host name of the server, without the dot at its end
 */
record Target(int priority, int weight, int port, String host) {}
