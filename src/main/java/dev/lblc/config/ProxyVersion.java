package dev.lblc.config;

/** Versions of the PROXY protocol's header. */
public enum ProxyVersion {
  /** A line of text. */
  V1,
  /** Binary. */
  V2
}
