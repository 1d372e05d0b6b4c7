package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.RequestHead;
import dev.lblc.gateway.net.ClientCertificate;
import org.jspecify.annotations.Nullable;

/** The head of a client's request in the lane. Confined to its event loop. */
public interface LaneHead extends RequestHead {
  /** Returns the header fields. */
  HeadBuffer buffer();

  /** Returns the facts of its connection. */
  ClientFacts facts();

  @Override
  default boolean isEncrypted() {
    return facts().isEncrypted();
  }

  @Override
  default String peer() {
    return facts().peer();
  }

  @Override
  default String localIp() {
    return facts().localIp();
  }

  @Override
  default int localPort() {
    return facts().localPort();
  }

  @Override
  default @Nullable String serverName() {
    return facts().serverName();
  }

  @Override
  default @Nullable String tlsVersion() {
    return facts().tlsVersion();
  }

  @Override
  default @Nullable ClientCertificate clientCertificate() {
    return facts().clientCertificate();
  }
}
