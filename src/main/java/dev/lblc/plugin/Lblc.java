package dev.lblc.plugin;

import io.vertx.core.Vertx;
import java.util.Collection;

/** The services that an {@code LblcVerticle} schedules on a Vert.x instance. */
public final class Lblc {
  private Lblc() {}

  /**
   * The services of this Vert.x instance. May be called from any thread.
   *
   * @throws IllegalStateException if no {@code LblcVerticle} is deployed on it
   */
  public static Lblc of(Vertx vertx) {
    throw new UnsupportedOperationException();
  }

  /**
   * The service of that name.
   *
   * @throws IllegalArgumentException if there is none; the message names those there are
   */
  public LblcService service(String name) {
    throw new UnsupportedOperationException();
  }

  /** All services, in the order of the configuration. */
  public Collection<LblcService> services() {
    throw new UnsupportedOperationException();
  }
}
