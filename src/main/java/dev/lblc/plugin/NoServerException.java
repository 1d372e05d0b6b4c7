package dev.lblc.plugin;

import dev.lblc.PublicApi;

/** No server of the service could be chosen: none there, all unavailable, quiesced, saturated, full or left out. */
@PublicApi
public final class NoServerException extends RuntimeException {
  /** For the service of that name. Without a stack trace: it is an answer, and frequent when all servers are gone. */
  NoServerException(String service) {
    super("no server available for service " + service, null, false, false);
  }
}
