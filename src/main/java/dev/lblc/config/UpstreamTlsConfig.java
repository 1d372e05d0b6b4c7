package dev.lblc.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The TLS that connections to the servers of a service speak.
 *
 * @param trust readable file of PEM with the certificates of the authorities that may issue the servers'; null: those that the
 *     JDK trusts
 * @param serverName host name or address that the servers' certificates are for, and the server name that is sent; null: the
 *     host of the server or, for servers that were discovered, the name that was asked for
 * @param certificate readable file of PEM with the certificate that servers may ask for; null if and only if {@code key} is
 * @param key readable file of PEM with its private key
 * @param verify whether certificate and name of a server are checked
 */
public record UpstreamTlsConfig(
    @Nullable Path trust,
    @Nullable String serverName,
    @Nullable Path certificate,
    @Nullable Path key,
    boolean verify) {}
