package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change of one server at run time.
 *
 * <p>Immutable. A change names only what changes, so that two changes of different values, made at once, both hold.
 */
@PublicApi
public sealed interface ServerEdit {
  /** Name of the server. */
  String id();

  /**
   * What is to be known of the server after the edit.
   *
   * @param current what is known of it before; null: it is not there
   * @return null: it is gone
   * @throws IllegalArgumentException if the edit cannot be made of that
   */
  @Nullable
  ServerSpec applyTo(@Nullable ServerSpec current);

  /** A server more. */
  record Add(ServerSpec server) implements ServerEdit {
    @Override
    public String id() {
      return server.id();
    }

    @Override
    public ServerSpec applyTo(@Nullable ServerSpec current) {
      if (current != null) {
        throw new IllegalArgumentException("server " + id() + " is there already");
      }
      return checked(server);
    }
  }

  /**
   * Other values for a server, which keeps its place and its connections.
   *
   * @param weight as in {@link ServerSpec}; null: as it is
   * @param upper as in {@link ServerSpec}; null: as it is
   * @param lower as in {@link ServerSpec}; null: as it is
   * @param max as in {@link ServerSpec}; null: as it is
   */
  record Change(
      String id,
      @Nullable Integer weight,
      @Nullable Integer upper,
      @Nullable Integer lower,
      @Nullable Integer max)
      implements ServerEdit {

    /** A change that leaves {@code max} as it is. */
    public Change(
        String id, @Nullable Integer weight, @Nullable Integer upper, @Nullable Integer lower) {
      this(id, weight, upper, lower, null);
    }

    @Override
    public ServerSpec applyTo(@Nullable ServerSpec current) {
      ServerSpec server = existing(id, current);
      return checked(new ServerSpec(
          id,
          server.host(),
          server.port(),
          Objects.requireNonNullElse(weight, server.weight()),
          Objects.requireNonNullElse(upper, server.upper()),
          Objects.requireNonNullElse(lower, server.lower()),
          Objects.requireNonNullElse(max, server.max())));
    }
  }

  /** A server less; its connections end by themselves. */
  record Remove(String id) implements ServerEdit {
    @Override
    public @Nullable ServerSpec applyTo(@Nullable ServerSpec current) {
      existing(id, current);
      return null;
    }
  }

  /**
   * No new destination and no new connection for a server, whatever its weight; its destinations move as they are used, and its
   * connections end by themselves. On a server that is drained already: another deadline.
   *
   * @param deadline after which the log says what is left, from now on; nothing is cut. Null: no such time
   */
  record Drain(String id, @Nullable Duration deadline) implements ServerEdit {
    @Override
    public ServerSpec applyTo(@Nullable ServerSpec current) {
      return existing(id, current);
    }
  }

  /** The end of a server's drain: it is used by its weight again. */
  record EndDrain(String id) implements ServerEdit {
    @Override
    public ServerSpec applyTo(@Nullable ServerSpec current) {
      return existing(id, current);
    }
  }

  /** As in a configuration: a server that can only become saturated would stay so. */
  private static ServerSpec checked(ServerSpec server) {
    if (server.upper() != 0 && server.lower() > server.upper()) {
      throw new IllegalArgumentException("lower: " + server.lower()
          + " (expected: at most upper, which is " + server.upper() + ")");
    }
    return server;
  }

  private static ServerSpec existing(String id, @Nullable ServerSpec current) {
    if (current == null) {
      throw new IllegalArgumentException("there is no server " + id);
    }
    return current;
  }
}
