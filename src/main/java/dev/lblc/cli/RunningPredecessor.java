package dev.lblc.cli;

import dev.lblc.boot.Predecessor;
import dev.lblc.boot.StartException;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway that answers on the admin port which this process will have. If it ends by itself meanwhile, that is as good. */
final class RunningPredecessor implements Predecessor {
  private static final Logger LOG = LoggerFactory.getLogger(RunningPredecessor.class);
  private static final String TAKEOVER = "/api/v1/takeover";

  private final AdminClient client;
  private String offer = "";

  RunningPredecessor(AdminClient client) {
    this.client = client;
  }

  @Override
  public void prepare() throws StartException {
    JsonObject answer = change(TAKEOVER);
    if (answer != null) {
      offer = answer.getString("offer", "");
      if (offer.isEmpty()) {
        throw new StartException("takeover: " + client.base() + " made no offer");
      }
    }
  }

  @Override
  public void replace() throws StartException {
    if (!offer.isEmpty()) {
      change(TAKEOVER + "/" + AdminClient.encoded(offer));
    }
  }

  /** Returns the answer; null if the other process has ended. */
  private @Nullable JsonObject change(String path) throws StartException {
    try {
      return client.change("POST", path, null);
    } catch (CommandException e) {
      if (e instanceof AdminClient.NotRunning || hasEnded()) {
        LOG.warn("takeover: the gateway at {} has ended by itself", client.base());
        return null;
      }
      throw new StartException("takeover: " + e.getMessage());
    }
  }

  /** Whether it ended while it was asked. */
  private boolean hasEnded() {
    try {
      client.get("/health/live", JsonObject.class);
      return false;
    } catch (AdminClient.NotRunning e) {
      return true;
    } catch (CommandException e) {
      LOG.debug("it does not answer as it should, but something is there", e);
      return false;
    }
  }
}
