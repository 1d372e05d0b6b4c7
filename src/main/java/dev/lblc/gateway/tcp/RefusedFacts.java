package dev.lblc.gateway.tcp;

import dev.lblc.gateway.log.AccessFacts;

/**
 * What is logged of a connection that was closed as soon as it was accepted.
 *
 * @param client address of the client
 * @param port that the connection came to
 * @param isTls whether TLS would have ended here
 * @param why it was closed
 */
record RefusedFacts(String client, int port, boolean isTls, TcpFailure why) implements AccessFacts {
  @Override
  public boolean isConnection() {
    return true;
  }

  @Override
  public String protocol() {
    return SessionFacts.protocol(isTls);
  }

  @Override
  public String end() {
    return why.label();
  }

  @Override
  public String error() {
    return why.reason();
  }
}
