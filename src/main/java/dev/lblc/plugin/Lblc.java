package dev.lblc.plugin;

import dev.lblc.PublicApi;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The services that an {@link LblcVerticle} schedules on a Vert.x instance.
 *
 * <p>Immutable; may be used from any thread.
 */
@PublicApi
public final class Lblc {
  /** The name of a deployment whose configuration names none. */
  public static final String DEFAULT_NAME = "lblc";

  private final Map<String, LblcService> services;
  private final Supplier<@Nullable ClusterStatus> cluster;

  Lblc(Map<String, ? extends LblcService> services, Supplier<@Nullable ClusterStatus> cluster) {
    this.services = Collections.unmodifiableMap(new LinkedHashMap<>(services));
    this.cluster = cluster;
  }

  /**
   * The services of this Vert.x instance. Look it up once and keep it: it changes only with the verticle's deployment.
   *
   * @throws IllegalStateException if no {@link LblcVerticle} is deployed on it, or none without a name of its own
   */
  public static Lblc of(Vertx vertx) {
    return of(vertx, DEFAULT_NAME);
  }

  /**
   * The services of the deployment whose configuration has that name.
   *
   * @throws IllegalStateException if there is none on this Vert.x instance
   */
  public static Lblc of(Vertx vertx, String name) {
    Lblc lblc = Deployment.face(vertx, name);
    if (lblc == null) {
      throw new IllegalStateException("no " + LblcVerticle.class.getName() + " named " + name
          + " is deployed on this Vert.x instance");
    }
    return lblc;
  }

  /**
   * The service of that name.
   *
   * @throws IllegalArgumentException if there is none; the message names those there are
   */
  public LblcService service(String name) {
    LblcService service = services.get(name);
    if (service == null) {
      throw new IllegalArgumentException(
          "service " + name + " (expected: one of " + services.keySet() + ")");
    }
    return service;
  }

  /** All services, in the order of the configuration. */
  public Collection<LblcService> services() {
    return services.values();
  }

  /** How this node sees its cluster; null: it is alone by configuration. */
  public @Nullable ClusterStatus cluster() {
    return cluster.get();
  }
}
