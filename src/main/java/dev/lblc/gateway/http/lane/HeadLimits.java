package dev.lblc.gateway.http.lane;

/**
 * The limits of a head.
 *
 * @param line octets of the first line
 * @param headers octets of all headers
 * @param count number of headers
 */
record HeadLimits(int line, int headers, int count) {}
