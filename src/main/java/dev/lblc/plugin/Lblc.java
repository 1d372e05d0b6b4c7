package dev.lblc.plugin;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
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
public final class Lblc implements Shareable {
  private static final String KEY = "dev.lblc";

  private final Map<String, LblcService> services;
  private final Supplier<@Nullable ClusterStatus> cluster;

  Lblc(Map<String, ? extends LblcService> services, Supplier<@Nullable ClusterStatus> cluster) {
    this.services = Collections.unmodifiableMap(new LinkedHashMap<>(services));
    this.cluster = cluster;
  }

  /**
   * The services of this Vert.x instance. Look it up once and keep it: it changes only with the verticle's deployment.
   *
   * @throws IllegalStateException if no {@link LblcVerticle} is deployed on it
   */
  public static Lblc of(Vertx vertx) {
    Lblc lblc = registry(vertx).get(KEY);
    if (lblc == null) {
      throw new IllegalStateException(
          "no " + LblcVerticle.class.getName() + " is deployed on this Vert.x instance");
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

  /** Makes these services those of the instance; throws {@link IllegalStateException} if it has some already. */
  void register(Vertx vertx) {
    if (registry(vertx).putIfAbsent(KEY, this) != null) {
      throw new IllegalStateException(
          "a " + LblcVerticle.class.getName() + " is already deployed on this Vert.x instance");
    }
  }

  void unregister(Vertx vertx) {
    registry(vertx).removeIfPresent(KEY, this);
  }

  private static LocalMap<String, Lblc> registry(Vertx vertx) {
    return vertx.sharedData().getLocalMap(KEY);
  }
}
