package dev.lblc.plugin;

import dev.lblc.PublicApi;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The services that an {@link LblcVerticle} schedules on a Vert.x instance.
 *
 * <p>May be used from any thread. Services can be added, removed and changed while they run; a service that is kept keeps its
 * object.
 */
@PublicApi
public final class Lblc {
  /** The name of a deployment whose configuration names none. */
  public static final String DEFAULT_NAME = "lblc";

  private final Services services;
  private final Supplier<@Nullable ClusterStatus> cluster;

  private final HomesOnNodes homes;

  private Lblc(Services services, Supplier<@Nullable ClusterStatus> cluster, HomesOnNodes homes) {
    this.services = services;
    this.cluster = cluster;
    this.homes = homes;
  }

  /** Returns the face of a deployment. */
  static Lblc of(
      Vertx vertx, String name, Services services, Supplier<@Nullable ClusterStatus> cluster) {
    return new Lblc(services, cluster, new HomesOnNodes(vertx, name, cluster));
  }

  /**
   * Returns the services of this Vert.x instance. Look it up once and keep it: it changes only with the verticle's
   * deployment.
   *
   * @throws IllegalStateException if no {@link LblcVerticle} is deployed on it, or none without a name of its own
   */
  public static Lblc of(Vertx vertx) {
    return of(vertx, DEFAULT_NAME);
  }

  /**
   * Returns the services of the deployment whose configuration has that name.
   *
   * @throws IllegalStateException if there is none on this Vert.x instance
   */
  public static Lblc of(Vertx vertx, String name) {
    Lblc lblc = Deployment.lblc(vertx, name);
    if (lblc == null) {
      throw new IllegalStateException(
          "no " + Deployment.VERTICLE + " named " + name + " is deployed on this Vert.x instance");
    }
    return lblc;
  }

  /**
   * Returns the service of a name.
   *
   * @throws IllegalArgumentException if there is none; the message names those there are
   */
  public LblcService service(String name) {
    Map<String, ScheduledService> now = services.byName();
    LblcService service = now.get(name);
    if (service == null) {
      throw new IllegalArgumentException(
          "service " + name + " (expected: one of " + now.keySet() + ")");
    }
    return service;
  }

  /** Returns all services as they are now, in the order of the configuration. */
  public Collection<LblcService> services() {
    return List.copyOf(services.byName().values());
  }

  /**
   * Asks all nodes where they have a destination at home: each decides by its own copy of the table.
   *
   * @param service its name
   * @return complete within 2 seconds, in the order of the members; empty on a node on its own
   * @throws IllegalArgumentException if there is no such service
   */
  public Future<List<NodeHomes>> homes(String service, String destination) {
    return homes.of(service(service), destination);
  }

  /** Returns how this node sees its cluster; null: it is on its own by configuration. */
  public @Nullable ClusterStatus cluster() {
    return cluster.get();
  }
}
