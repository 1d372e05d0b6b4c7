package dev.lblc.cli;

import dev.lblc.boot.Predecessor;
import dev.lblc.boot.StartException;
import io.vertx.core.json.JsonObject;

/** A gateway that answers on the admin port which this process will have. */
final class RunningPredecessor implements Predecessor {
  private static final String TAKEOVER = "/api/v1/takeover";

  private final AdminClient client;
  private String offer = "";

  RunningPredecessor(AdminClient client) {
    this.client = client;
  }

  @Override
  public void prepare() throws StartException {
    offer = change(TAKEOVER).getString("offer", "");
  }

  @Override
  public void replace() throws StartException {
    change(TAKEOVER + "/" + AdminClient.encoded(offer));
  }

  private JsonObject change(String path) throws StartException {
    try {
      return client.change("POST", path, null);
    } catch (CommandException e) {
      throw new StartException("takeover: " + e.getMessage());
    }
  }
}
