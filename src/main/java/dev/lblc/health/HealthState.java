package dev.lblc.health;

import dev.lblc.scheduler.ServerState;

/**
 * The state of one server.
 *
 * @param state what it is
 * @param reason why, in words for people
 * @param sinceMillis since when, in milliseconds since 1970
 */
public record HealthState(ServerState state, String reason, long sinceMillis) {
  boolean isUp() {
    return state == ServerState.UP;
  }
}
