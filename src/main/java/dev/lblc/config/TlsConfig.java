package dev.lblc.config;

import java.nio.file.Path;

/**
 * Server certificate of a listener, PEM.
 *
 * @param certificate readable file with the certificate chain
 * @param key readable file with the private key
 */
public record TlsConfig(Path certificate, Path key) {}
