package dev.lblc.gateway.http;

import dev.lblc.gateway.log.AccessFacts;
import org.jspecify.annotations.Nullable;

/**
 * What is logged of a connection that was refused before its first request.
 *
 * @param client address of the client
 * @param why it was refused
 */
public record RefusedFacts(String client, Failure why) implements AccessFacts {
  @Override
  public boolean isConnection() {
    return false;
  }

  @Override
  public @Nullable String protocol() {
    return null;
  }

  @Override
  public int status() {
    return why.status();
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
